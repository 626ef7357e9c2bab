import Telemetry
import Testing

@testable import FunctionExecution

@Suite struct EnvironmentTelemetryTests {
    /// Publishes lines, and counts the documents that are made of them.
    private func documents(of telemetry: inout EnvironmentTelemetry, lines: Int, bytes: Int = 10) -> Int {
        var count = 0
        for _ in 0..<lines {
            telemetry.publish(
                .function,
                {
                    count += 1
                    return [UInt8](repeating: 0, count: bytes)
                }())
        }
        return count
    }

    @Test func `lines of an init phase become documents for later subscribers up to a limit, and then for no one`() {
        var telemetry = EnvironmentTelemetry()
        #expect(documents(of: &telemetry, lines: 70_000) == 1_000)
        #expect(documents(of: &telemetry, lines: 1) == 0)
        var second = EnvironmentTelemetry()
        #expect(documents(of: &second, lines: 100, bytes: 256 << 10) == 4)
    }

    @Test func `without subscribers nothing becomes a document when subscriptions are closed`() {
        var telemetry = EnvironmentTelemetry()
        telemetry.closeSubscriptions()
        #expect(documents(of: &telemetry, lines: 10) == 0)
    }
}
