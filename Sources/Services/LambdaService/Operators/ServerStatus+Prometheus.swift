internal import Domain
internal import FunctionExecution
internal import Telemetry

extension ServerStatus {
    /// Appends the metrics in the text format of Prometheus.
    func write(to text: inout PrometheusText) {
        add("strata_invocations_total", "Invocations that ran.", \.invocations, to: &text)
        add("strata_errors_total", "Invocations that ended in an error of the function.", \.errors, to: &text)
        add("strata_throttles_total", "Throttled requests.", \.throttles, to: &text)
        add(
            "strata_async_events_received_total", "Asynchronous events that were accepted.",
            \.asyncEventsReceived, to: &text)
        add(
            "strata_async_events_dropped_total", "Events that ended without success, with a destination or without.",
            \.asyncEventsDropped, to: &text)
        add(
            "strata_destination_delivery_failures_total", "Records and dead letters that were lost.",
            \.destinationDeliveryFailures, to: &text)
        add(
            "strata_recursive_invocations_dropped_total", "Invocations that were stopped in recursive loops.",
            \.recursiveInvocationsDropped, to: &text)
        text.begin("strata_duration_seconds", .histogram, help: "How long the function's code ran.")
        for (labels, counts) in series { text.add("strata_duration_seconds", labels, counts.durations) }
        addEnvironments(to: &text)
        addQueues(to: &text)
    }

    /// The counts with their labels. Functions that share a meter have one series, with a name that no function can
    /// have.
    private var series: [(labels: PrometheusText.Labels, counts: FunctionMeter.Counts)] {
        let known = functions.map { ($0.labels, $0.counts) }
        guard let overflowCounts, overflowCounts != FunctionMeter.Counts() else { return known }
        return known + [([("account", ""), ("region", ""), ("function", "(others)")], overflowCounts)]
    }

    private func add(
        _ name: String, _ help: String, _ value: KeyPath<FunctionMeter.Counts, UInt64>, to text: inout PrometheusText
    ) {
        text.begin(name, .counter, help: help)
        for (labels, counts) in series { text.add(name, labels, counts[keyPath: value]) }
    }

    private func addEnvironments(to text: inout PrometheusText) {
        text.begin("strata_environments", .gauge, help: "Execution environments by activity.")
        for function in functions {
            for activity in EnvironmentActivity.allCases {
                let count = UInt64(function.environments[activity] ?? 0)
                text.add("strata_environments", function.labels + [("state", activity.rawValue)], count)
            }
        }
        text.begin("strata_environment_memory_bytes", .gauge, help: "Memory in use by execution environments.")
        for function in functions {
            text.add("strata_environment_memory_bytes", function.labels, function.memoryBytes)
        }
    }

    private func addQueues(to text: inout PrometheusText) {
        text.begin("strata_queue_events", .gauge, help: "Events queued or in flight, by target.")
        for queue in queues { text.add("strata_queue_events", [("target", queue.target)], UInt64(queue.count)) }
        text.begin("strata_queue_oldest_age_seconds", .gauge, help: "The age of the first event of a target.")
        for queue in queues {
            text.add("strata_queue_oldest_age_seconds", [("target", queue.target)], ageSeconds(of: queue))
        }
    }
}

extension ServerStatus.Function {
    fileprivate var labels: PrometheusText.Labels {
        [
            ("account", id.account.description), ("region", id.region.description),
            ("function", id.name.description),
        ]
    }
}
