internal import AWSProtocol
internal import Domain
package import EventQueue
internal import LinuxSystem

/// Routes queued deliveries to the services of their targets: services of this process directly, all others through a
/// sender.
package final class DeliveryRouter: EventHandler {
    private let targets: [String: any DeliveryTarget]
    private let sender: any MessageSender
    private let policy: RetryPolicy
    private let log: ServerLog

    /// Routes deliveries.
    ///
    /// - Parameters:
    ///   - targets: the services of this process, by their namespace in ARNs, such as `lambda`.
    ///   - sender: takes deliveries for all other services.
    ///   - policy: when a failed delivery of the sender is retried.
    package init(
        targets: [String: any DeliveryTarget], sender: any MessageSender, policy: RetryPolicy = RetryPolicy(),
        log: ServerLog = .silent
    ) {
        self.log = log.named("delivery")
        self.targets = targets
        self.sender = sender
        self.policy = policy
    }

    /// Routes deliveries to those services that take them: the name of a service's API is its namespace in ARNs.
    ///
    /// - Parameters:
    ///   - services: all services of the server.
    ///   - sender: takes deliveries for all other services.
    package convenience init(services: [any Service], sender: any MessageSender, log: ServerLog) {
        var targets: [String: any DeliveryTarget] = [:]
        for service in services {
            guard let target = service as? any DeliveryTarget else { continue }
            for api in service.apis { targets[api.model.name] = target }
        }
        self.init(targets: targets, sender: sender, log: log)
    }

    /// Whether deliveries to a target go to another server.
    package func isRemote(_ target: String) -> Bool { ARN(target).map { targets[$0.service] == nil } ?? true }

    /// Tries a delivery once.
    package func handle(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        guard let (target, delivery) = local(event) else { return send(event, answer) }
        target.deliver(delivery, answer)
    }

    /// Reports a lost follow-up message of a delivery to the delivery's service.
    package func didDropFollowUp(of event: QueuedEvent) {
        guard let (target, delivery) = local(event) else { return }
        target.didDropFollowUp(of: delivery)
    }

    /// The service of this process that takes a delivery. The principal of a follow-up message is the account of the
    /// resource that it follows from; that of any other message is the account of its target, as its caller was
    /// authorized when it was accepted.
    private func local(_ event: QueuedEvent) -> (any DeliveryTarget, Delivery)? {
        guard let arn = ARN(event.event.target), let target = targets[arn.service] else { return nil }
        let owner = ARN(event.event.source).map(\.account) ?? arn.account
        guard let account = AccountID(owner) ?? AccountID(arn.account) else { return nil }
        return (target, Delivery(target: arn, event: event, principal: Caller(account: account)))
    }

    private func send(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        // What goes to another server follows from a resource of this one.
        guard let source = ARN(event.event.source) else {
            log.error(
                "A message for another server has no source, and so no account to send it as; it is dropped",
                ["request_id": .text(event.event.requestID), "target": .text(event.event.target)])
            return answer(.finished())
        }
        let message = OutgoingMessage(
            target: event.event.target, source: source, body: event.event.payload, attributes: event.event.attributes)
        sender.send(message) { [policy, log] reason in
            guard let reason else { return answer(.finished()) }
            log.warning(
                "A message could not be delivered",
                [
                    "request_id": .text(event.event.requestID), "target": .text(event.event.target),
                    "reason": .text(reason),
                ])
            switch policy.step(after: .throttled, of: event, nowMilliseconds: WallClock.nowMilliseconds()) {
            case .finish: answer(.finished())
            case .retry(let moment): answer(.postponed(untilMilliseconds: moment, isRetry: false, reason: reason))
            }
        }
    }
}
