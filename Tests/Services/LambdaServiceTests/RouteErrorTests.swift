import EventQueue
import ServiceKit
import Telemetry
import Testing

@testable import LambdaService

/// Deliveries whose function's route cannot be read.
@Suite struct RouteErrorTests {
    private let meter = FunctionMeter()

    private func verdict(on error: ServiceError, attempts: Int, now: Int64) -> EventVerdict {
        let event = QueuedEvent(
            number: 1, event: NewEvent(target: "arn", requestID: "id", payload: [], acceptedMilliseconds: 0),
            dueMilliseconds: 0, attempts: attempts)
        return Invoker.verdict(onRouteError: error, of: event, nowMilliseconds: now, meter: { meter })
    }

    @Test func `an event of a deleted function ends`() {
        #expect(verdict(on: ServiceError(.resourceNotFound, ""), attempts: 0, now: 0) == .finished())
        #expect(meter.counts.asyncEventsDropped == 0)
    }

    @Test(arguments: [(0, 1), (1, 2), (5, 32), (20, 300)])
    func `an event whose route cannot be read is retried with back-off`(attempts: Int, seconds: Int64) {
        let verdict = verdict(on: ServiceError(.service, "The disk is away."), attempts: attempts, now: 0)
        #expect(
            verdict
                == .postponed(untilMilliseconds: seconds * 1_000, isRetry: false, reason: "The disk is away."))
        #expect(meter.counts.asyncEventsDropped == 0)
    }

    @Test func `an event whose principal stays denied is dropped at its maximum age, and counted`() {
        let sixHours: Int64 = 21_600_000
        #expect(verdict(on: ServiceError(.accessDenied, ""), attempts: 90, now: sixHours + 1) == .finished())
        #expect(meter.counts.asyncEventsDropped == 1)
    }
}
