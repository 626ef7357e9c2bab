internal import FunctionExecution
internal import ServiceKit
internal import Domain
internal import EventQueue
internal import LinuxSystem
internal import Synchronization
internal import Telemetry

/// Handles events: runs functions, and hands messages to destinations.
final class EventInvoker: EventHandler {
    private weak let service: LambdaService?
    private let sender: any MessageSender

    init(service: LambdaService, sender: any MessageSender) {
        self.service = service
        self.sender = sender
    }

    func handle(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        guard let arn = FunctionARN(event.event.target) else { return send(event, answer) }
        // Without a service the server is ending: the event stays, and is handled after the next start.
        guard let service else { return }
        service.run(event, FunctionTarget(function: arn.function, qualifier: arn.qualifier), answer)
    }

    func didDropFollowUp(of event: QueuedEvent) {
        guard let service, let function = FunctionARN(event.event.target)?.function else { return }
        service.metrics.meter(of: function).count(\.destinationDeliveryFailures)
    }

    /// Hands a message to another service, again and again until it is too old.
    private func send(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        let message = OutgoingMessage(
            target: event.event.target, body: event.event.payload, attributes: event.event.attributes)
        sender.send(message) { reason in
            guard let reason else { return answer(.finished()) }
            let now = WallClock.nowMilliseconds()
            switch AsynchronousRules().step(after: .turnedAway, of: event, nowMilliseconds: now) {
            case .finish: answer(.finished())
            case .again(let moment):
                answer(.postponed(untilMilliseconds: moment, isRetry: false, reason: reason))
            }
        }
    }
}

extension LambdaService {
    /// Runs the function of an event, and says what follows.
    fileprivate func run(
        _ event: QueuedEvent, _ target: FunctionTarget, _ answer: @escaping @Sendable (EventVerdict) -> Void
    ) {
        do throws(ServiceError) {
            let route = try route(to: target)
            let attempt = EventAttempt(
                event: event, target: target, settings: route.asynchronous,
                meter: metrics.meter(of: target.function),
                nowMilliseconds: { WallClock.nowMilliseconds() })
            guard !attempt.isInLoop else { return answer(attempt.breakLoop()) }
            guard !route.asynchronous.isSwitchedOff else {
                return answer(attempt.finish(.zeroReservedConcurrency, nil))
            }
            guard !attempt.isTooOld else { return answer(attempt.finish(.eventAgeExceeded, nil)) }
            let revision = route.choose(random: .random(in: 0..<1))
            let header: String?
            do throws(ServiceError) {
                header = try trace(event.event.attributes[EventAttempt.traceID], to: revision)
            } catch {
                // A loop is not tried again.
                return answer(attempt.finish(.retriesExhausted, nil))
            }
            pool.invoke(
                Invocation(
                    requestID: event.event.requestID, revision: revision, payload: event.event.payload,
                    invokedARN: target.arn.description,
                    clientContext: event.event.attributes[EventAttempt.clientContext],
                    traceID: header,
                    complete: { answer(attempt.verdict(on: $0, revision.version)) }))
        } catch {
            // A function that is gone takes its events with it; anything else may be better later.
            guard error.shape != .resourceNotFound else { return answer(.finished()) }
            let moment = WallClock.nowMilliseconds() + 1_000
            answer(.postponed(untilMilliseconds: moment, isRetry: false, reason: error.message))
        }
    }
}
