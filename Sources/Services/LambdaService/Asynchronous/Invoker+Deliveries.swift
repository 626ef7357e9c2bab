internal import Domain
internal import EventQueue
internal import FunctionExecution
internal import LinuxSystem
internal import ServiceKit
internal import Telemetry
internal import Telemetry

extension Invoker {
    /// Runs the function that a delivery names, and answers what follows.
    func deliver(_ delivery: Delivery, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        // Only functions' ARNs are accepted as targets, so no event is lost here.
        guard let arn = FunctionARN(delivery.target.description) else { return answer(.finished()) }
        let target = FunctionTarget(function: arn.function, qualifier: arn.qualifier)
        var context = RequestContext(
            account: arn.function.account, region: arn.function.region, endpoint: "", caller: delivery.principal)
        context.action = "lambda:InvokeFunction"
        router.route(to: target, for: context) { [self] route in
            do throws(ServiceError) {
                run(delivery.event, target, try route.get(), answer)
            } catch {
                log.warning(
                    "An asynchronous invocation could not be routed",
                    ["request_id": .text(delivery.event.event.requestID)], cause: error)
                answer(
                    Self.verdict(
                        onRouteError: error, of: delivery.event, nowMilliseconds: WallClock.nowMilliseconds(),
                        meter: { metrics.meter(of: target.function) }))
            }
        }
    }

    /// The verdict on an event whose route could not be read. A deleted function takes its events with it. Any other
    /// error may pass: the event is retried with back-off, until it reaches the default maximum age, as its function's
    /// own is not known.
    static func verdict(
        onRouteError error: ServiceError, of event: QueuedEvent, nowMilliseconds: Int64, meter: () -> FunctionMeter
    ) -> EventVerdict {
        guard error.shape != .resourceNotFound else { return .finished() }
        switch RetryPolicy().step(after: .throttled, of: event, nowMilliseconds: nowMilliseconds) {
        case .finish:
            meter().count(\.asyncEventsDropped)
            return .finished()
        case .retry(let moment):
            return .postponed(untilMilliseconds: moment, isRetry: false, reason: error.message)
        }
    }

    private func run(
        _ event: QueuedEvent, _ target: FunctionTarget, _ route: InvocationRoute,
        _ answer: @escaping @Sendable (EventVerdict) -> Void
    ) {
        let revision = route.choose(random: .random(in: 0..<1))
        let given = event.event.attributes[EventAttempt.traceID]
        var attempt = EventAttempt(
            event: event, target: target, settings: route.asynchronous, meter: metrics.meter(of: target.function),
            traceHeader: given
                ?? TraceHeader.make(nowMilliseconds: WallClock.nowMilliseconds(), function: revision.lineageHash),
            nowMilliseconds: { WallClock.nowMilliseconds() })
        guard !attempt.isInLoop else {
            noteStoppedLoop(of: target.function)
            return answer(attempt.breakLoop())
        }
        guard !route.asynchronous.hasZeroConcurrency else {
            return answer(attempt.finish(.zeroReservedConcurrency, nil))
        }
        guard !attempt.isTooOld else { return answer(attempt.finish(.eventAgeExceeded, nil)) }
        do throws(ServiceError) {
            if let header = try trace(given, to: revision) { attempt.traceHeader = header }
        } catch {
            // A recursive loop is not retried.
            return answer(attempt.finish(.retriesExhausted, nil))
        }
        pool.invoke(
            Invocation(
                requestID: event.event.requestID, revision: revision, payload: event.event.payload,
                invokedARN: target.arn.description, clientContext: event.event.attributes[EventAttempt.clientContext],
                traceID: attempt.traceHeader, log: .written,
                complete: { [attempt] result in
                    if case .refused(let refusal) = result { self.note(refusal, event, target) }
                    answer(attempt.verdict(on: result, revision.version))
                }))
    }

    /// The caller of an asynchronous invocation does not learn that it could not run: the server's log says so.
    private func note(_ refusal: InvocationRefusal, _ event: QueuedEvent, _ target: FunctionTarget) {
        let text: StaticString = "An asynchronous invocation could not run"
        switch refusal {
        case .throttled, .unavailable(_, cause: nil): break
        case .unavailable(_, let cause?):
            log.error(text, ["request_id": .text(event.event.requestID)], cause: cause)
        case .runtimeUnavailable, .exceedsHostMemory:
            log.warning(
                text,
                [
                    "request_id": .text(event.event.requestID), "function": .text(target.function.name.description),
                    "reason": .text(refusal.message),
                ])
        }
    }

    /// Counts a lost follow-up message of a delivery.
    func didDropFollowUp(of delivery: Delivery) {
        guard let function = FunctionARN(delivery.target.description)?.function else { return }
        metrics.meter(of: function).count(\.destinationDeliveryFailures)
    }
}
