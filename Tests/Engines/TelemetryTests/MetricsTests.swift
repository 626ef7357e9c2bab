import Domain
import Testing

@testable import Telemetry

@Suite struct MetricsTests {
    private func function(_ name: String) throws -> FunctionID {
        FunctionID(
            account: try #require(AccountID("123456789012")), region: try #require(Region("us-east-1")),
            name: try #require(FunctionName(name)))
    }

    @Test func `a duration counts in the bucket of its bound and in all above`() {
        var histogram = DurationHistogram()
        for nanoseconds: UInt64 in [0, 1_000_000, 1_000_001, 900_000_000_000, 900_000_000_001] {
            histogram.record(nanoseconds: nanoseconds)
        }
        #expect(histogram.cumulative.map(\.count).prefix(3) == [2, 3, 3])
        #expect(histogram.cumulative.last?.count == 4)
        #expect(histogram.count == 5)
        #expect(histogram.sumNanoseconds == 1_800_002_000_002)
    }

    @Test func `the bounds ascend`() {
        let bounds = DurationHistogram.boundsNanoseconds
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `a function keeps its meter until it is deleted`() throws {
        let metrics = Metrics()
        metrics.meter(of: try function("one")).countInvocation(of: .latest, isError: true)
        metrics.meter(of: try function("one")).countInvocation(of: .latest, isError: false)
        metrics.meter(of: try function("one")).count(\.throttles)
        let counts = try #require(metrics.readings.first?.counts)
        #expect([counts.invocations, counts.errors, counts.throttles] == [2, 1, 1])
        metrics.meter(of: try function("one")).countInvocation(of: .number(3), isError: true)
        metrics.meter(of: try function("one")).record(durationNanoseconds: 5, of: .number(3))
        let versions = metrics.versions(of: try function("one"))
        #expect(versions[.latest]?.invocations == 2 && versions[.latest]?.errors == 1)
        #expect(versions[.number(3)]?.errors == 1 && versions[.number(3)]?.durationNanoseconds == 5)
        metrics.removeMeter(of: try function("one"))
        #expect(metrics.readings.isEmpty)
        #expect(metrics.meter(of: try function("one")).counts == FunctionMeter.Counts())
    }

    @Test func `functions beyond the limit share a meter`() throws {
        let metrics = Metrics(limit: 2)
        for name in ["one", "two", "three", "four"] {
            metrics.meter(of: try function(name)).countInvocation(of: .latest, isError: false)
        }
        #expect(metrics.readings.map(\.function.name.description) == ["one", "two"])
        #expect(metrics.overflowCounts.invocations == 2)
    }

    @Test func `samples are written in Prometheus's format`() {
        var text = PrometheusText()
        text.begin("strata_things", .gauge, help: "Things.")
        text.add("strata_things", [], UInt64(3))
        text.add("strata_things", [("name", "a\"b\\c\nd"), ("kind", "x")], 1.5)
        #expect(
            text.text == """
                # HELP strata_things Things.
                # TYPE strata_things gauge
                strata_things 3
                strata_things{name="a\\"b\\\\c\\nd",kind="x"} 1.5

                """)
    }

    @Test func `a histogram is written with its buckets, sum and count`() {
        var histogram = DurationHistogram()
        histogram.record(nanoseconds: 30_000_000)
        var text = PrometheusText()
        text.add("strata_seconds", [("function", "f")], histogram)
        let lines = text.text.split(separator: "\n")
        #expect(lines.count == DurationHistogram.boundsNanoseconds.count + 3)
        #expect(lines.contains("strata_seconds_bucket{function=\"f\",le=\"0.025\"} 0"))
        #expect(lines.contains("strata_seconds_bucket{function=\"f\",le=\"0.05\"} 1"))
        #expect(lines.contains("strata_seconds_bucket{function=\"f\",le=\"+Inf\"} 1"))
        #expect(
            lines.suffix(2) == ["strata_seconds_sum{function=\"f\"} 0.03", "strata_seconds_count{function=\"f\"} 1"])
    }
}
