internal import AWSProtocol
internal import Domain
internal import EventQueue
internal import FunctionExecution
internal import Telemetry

/// The documents of the operators' pages.
enum OperatorDocument {
    /// The page `top`.
    static func status(_ status: ServerStatus) -> AWSValue {
        .structure([
            "time": .integer(status.milliseconds),
            "functions": .list(status.functions.map { function($0) }),
            "queues": .list(
                status.queues.map { queue in
                    .structure([
                        "target": .string(queue.target), "events": .integer(Int64(queue.count)),
                        "oldestSeconds": .double(status.ageSeconds(of: queue)),
                    ])
                }),
        ])
    }

    private static func function(_ function: ServerStatus.Function) -> AWSValue {
        let environments = EnvironmentActivity.allCases.map {
            ($0.rawValue, AWSValue.integer(Int64(function.environments[$0] ?? 0)))
        }
        return .structure([
            "account": .string(function.id.account.description), "region": .string(function.id.region.description),
            "function": .string(function.id.name.description),
            "environments": .structure(Dictionary(environments) { first, _ in first }),
            "memoryBytes": .integer(Int64(function.memoryBytes)),
            "invocations": .integer(Int64(function.invocations)), "errors": .integer(Int64(function.errors)),
            "throttles": .integer(Int64(function.throttles)),
            "durationSeconds": .double(Double(function.durationNanoseconds) / 1e9),
        ])
    }

    /// The page `versions`.
    static func versions(_ versions: [FunctionVersion: FunctionMeter.VersionCounts]) -> AWSValue {
        let documents = versions.map { version, counts in
            AWSValue.structure([
                "version": .string(version.description), "invocations": .integer(Int64(counts.invocations)),
                "errors": .integer(Int64(counts.errors)), "durations": .integer(Int64(counts.durations)),
                "durationSeconds": .double(Double(counts.durationNanoseconds) / 1e9),
            ])
        }
        return .structure(["versions": .list(documents)])
    }

    /// An event of the page `events`.
    static func event(_ event: EventSummary) -> AWSValue {
        .structure([
            "number": .integer(Int64(event.number)), "target": .string(event.target), "source": .string(event.source),
            "requestId": .string(event.requestID), "payloadBytes": .integer(Int64(event.payloadBytes)),
            "accepted": time(event.acceptedMilliseconds), "nextTry": time(event.dueMilliseconds),
            "attempts": .integer(Int64(event.attempts)), "retries": .integer(Int64(event.retries)),
            "reason": .string(event.reason), "isRunning": .boolean(event.isInFlight),
        ])
    }

    /// The page `logs`.
    ///
    /// - Parameters:
    ///   - page: `nil` where there is no log.
    ///   - cursor: the position of the reader, where there is no log.
    static func page(_ page: LogPage?, otherwise cursor: LogCursor) -> AWSValue {
        let hasLog = page != nil
        let page = page ?? LogPage(events: [], cursor: cursor, hasMore: false)
        let files = page.cursor.offsets.map { ("\($0.key)", AWSValue.integer(Int64($0.value))) }
        return .structure([
            "events": .list(
                page.events.map { event in
                    .structure([
                        "time": time(event.milliseconds), "stream": .string(event.stream),
                        "message": .string(event.text),
                    ])
                }),
            "cursor": .structure([
                "since": .integer(page.cursor.sinceMilliseconds),
                "files": .structure(Dictionary(files) { first, _ in first }),
            ]),
            "hasMore": .boolean(page.hasMore), "hasLog": .boolean(hasLog),
        ])
    }

    /// Reads the position in a log; `nil` for an invalid one.
    static func cursor(_ value: AWSValue?) -> LogCursor? {
        guard let value else { return LogCursor() }
        guard case .integer(let since)? = value["since"], since >= 0 else { return nil }
        var cursor = LogCursor(sinceMilliseconds: since)
        guard let files = value["files"] else { return cursor }
        guard case .structure(let offsets) = files else { return nil }
        for (name, offset) in offsets {
            guard let file = UInt64(name), case .integer(let bytes) = offset, bytes >= 0 else { return nil }
            cursor.offsets[file] = Int(bytes)
        }
        return cursor
    }

    /// A time, always with milliseconds: so the texts sort like the times.
    private static func time(_ milliseconds: Int64) -> AWSValue {
        let text = Timestamp(secondsSinceEpoch: Double(milliseconds) / 1000).formatted(.iso8601)
        return .string(milliseconds % 1000 == 0 ? text.dropLast() + ".000Z" : text)
    }
}
