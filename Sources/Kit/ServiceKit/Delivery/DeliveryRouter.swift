internal import AWSProtocol
internal import Domain
package import EventQueue
internal import LinuxSystem

/// Hands queued deliveries to the services that fulfil them: in this process where the target's service is here,
/// through a sender where it is another server.
package final class DeliveryRouter: EventHandler {
    private let targets: [String: any DeliveryTarget]
    private let sender: any MessageSender
    private let policy: RetryPolicy

    /// Routes deliveries.
    ///
    /// - Parameters:
    ///   - targets: the services that are here, by their namespace in ARNs, such as `lambda`.
    ///   - sender: takes deliveries for all other services.
    ///   - policy: when a delivery that the sender could not hand over is tried again.
    package init(
        targets: [String: any DeliveryTarget], sender: any MessageSender, policy: RetryPolicy = RetryPolicy()
    ) {
        self.targets = targets
        self.sender = sender
        self.policy = policy
    }

    /// Routes deliveries to those services that take them: the name of a service's API is its namespace in ARNs.
    ///
    /// - Parameters:
    ///   - services: all services of the server.
    ///   - sender: takes deliveries for all other services.
    package convenience init(services: [any Service], sender: any MessageSender) {
        var targets: [String: any DeliveryTarget] = [:]
        for service in services {
            guard let target = service as? any DeliveryTarget else { continue }
            for api in service.apis { targets[api.model.name] = target }
        }
        self.init(targets: targets, sender: sender)
    }

    /// Tries a delivery once.
    package func handle(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        guard let (target, delivery) = local(event) else { return send(event, answer) }
        target.deliver(delivery, answer)
    }

    /// A message that was to follow from a delivery is lost.
    package func didDropFollowUp(of event: QueuedEvent) {
        guard let (target, delivery) = local(event) else { return }
        target.didDropFollowUp(of: delivery)
    }

    /// The service in this process that takes a delivery. A message that follows from another resource's delivery comes
    /// as the account of that resource; any other comes as the account of its target, whose caller was authorized when
    /// it was accepted.
    private func local(_ event: QueuedEvent) -> (any DeliveryTarget, Delivery)? {
        guard let arn = ARN(event.event.target), let target = targets[arn.service] else { return nil }
        let owner = ARN(event.event.source).map(\.account) ?? arn.account
        guard let account = AccountID(owner) ?? AccountID(arn.account) else { return nil }
        return (target, Delivery(target: arn, event: event, principal: Caller(account: account)))
    }

    private func send(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        let message = OutgoingMessage(
            target: event.event.target, body: event.event.payload, attributes: event.event.attributes)
        sender.send(message) { [policy] reason in
            guard let reason else { return answer(.finished()) }
            switch policy.step(after: .throttled, of: event, nowMilliseconds: WallClock.nowMilliseconds()) {
            case .finish: answer(.finished())
            case .retry(let moment): answer(.postponed(untilMilliseconds: moment, isRetry: false, reason: reason))
            }
        }
    }
}
