import AWSProtocol
import Domain
import EventQueue
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct DeliveryRouterTests {
    /// A service that records its deliveries.
    private final class Target: DeliveryTarget {
        let deliveries = Mutex<[Delivery]>([])
        let dropped = Atomic(0)

        func deliver(_ delivery: Delivery, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
            deliveries.withLock { $0.append(delivery) }
            answer(.finished())
        }

        func didDropFollowUp(of delivery: Delivery) { dropped.add(1, ordering: .relaxed) }
    }

    /// A sender with a fixed answer.
    private final class Sender: MessageSender {
        let messages = Mutex<[OutgoingMessage]>([])
        let refusal: String?

        init(refusal: String? = nil) { self.refusal = refusal }

        func send(_ message: OutgoingMessage, _ answer: @escaping @Sendable (String?) -> Void) {
            messages.withLock { $0.append(message) }
            answer(refusal)
        }

        func stop() {}
    }

    /// A service with two APIs that takes deliveries.
    private final class Receiver: Service, DeliveryTarget {
        let deliveries = Mutex(0)

        var apis: [ServiceAPI] {
            ["queue", "topic"].map { name in
                ServiceAPI(ServiceModel(name: name, apiVersion: "1", operations: [], errors: []), requestLimitBytes: 1)
            }
        }

        func reset() throws(ServiceError) {}

        func deliver(_ delivery: Delivery, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
            deliveries.withLock { $0 += 1 }
            answer(.finished())
        }

        func didDropFollowUp(of delivery: Delivery) {}
    }

    @Test func `a service takes the deliveries for the names of its APIs`() {
        let (service, sender) = (Receiver(), Sender())
        let router = DeliveryRouter(services: [service], sender: sender, log: .silent)
        for namespace in ["queue", "topic", "bus"] {
            let arn = "arn:aws:\(namespace):us-east-1:123456789012:x"
            router.handle(Self.event(to: arn, source: Self.function)) { _ in }
        }
        #expect(service.deliveries.withLock { $0 } == 2)
        #expect(sender.messages.withLock { $0.map(\.target) } == ["arn:aws:bus:us-east-1:123456789012:x"])
    }

    private static let function = "arn:aws:lambda:us-east-1:123456789012:function:f"

    private static func event(to target: String, source: String = "") -> QueuedEvent {
        QueuedEvent(
            number: 1,
            event: NewEvent(
                target: target, requestID: "id", payload: [1], source: source,
                acceptedMilliseconds: Int64.max / 2),
            dueMilliseconds: 0)
    }

    @Test func `a delivery goes to the service that is here, as the account of its target`() {
        let (target, sender) = (Target(), Sender())
        let router = DeliveryRouter(targets: ["lambda": target], sender: sender)
        router.handle(Self.event(to: Self.function)) { _ in }
        #expect(target.deliveries.withLock { $0.map(\.principal.account.description) } == ["123456789012"])
        #expect(sender.messages.withLock { $0.isEmpty })
    }

    @Test func `a delivery that follows from another resource comes as the account of that resource`() {
        let target = Target()
        let router = DeliveryRouter(targets: ["lambda": target], sender: Sender())
        let source = "arn:aws:lambda:us-east-1:210987654321:function:g"
        router.handle(Self.event(to: Self.function, source: source)) { _ in }
        #expect(target.deliveries.withLock { $0.map(\.principal.account.description) } == ["210987654321"])
    }

    @Test(arguments: ["arn:aws:sqs:us-east-1:123456789012:q", "arn:aws:s3:::b", "not an ARN"])
    func `a target without a service in this process goes to the sender`(arn: String) {
        let (target, sender) = (Target(), Sender())
        let router = DeliveryRouter(targets: ["lambda": target], sender: sender)
        let verdicts = Mutex<[EventVerdict]>([])
        router.handle(Self.event(to: arn, source: Self.function)) { verdict in
            verdicts.withLock { $0.append(verdict) }
        }
        #expect(sender.messages.withLock { $0.map(\.target) } == [arn])
        #expect(sender.messages.withLock { $0.map(\.source.account) } == ["123456789012"])
        #expect(verdicts.withLock { $0 } == [.finished()])
        #expect(target.deliveries.withLock { $0.isEmpty })
    }

    @Test func `a message that follows from nothing has no account to send it as, and ends`() {
        let sender = Sender()
        let router = DeliveryRouter(targets: [:], sender: sender)
        let verdicts = Mutex<[EventVerdict]>([])
        router.handle(Self.event(to: "arn:aws:s3:::b")) { verdict in verdicts.withLock { $0.append(verdict) } }
        #expect(sender.messages.withLock { $0.isEmpty })
        #expect(verdicts.withLock { $0 } == [.finished()])
    }

    @Test func `a message that the sender cannot hand over is tried again, with the reason`() {
        let router = DeliveryRouter(targets: [:], sender: Sender(refusal: "unreachable"))
        let verdicts = Mutex<[EventVerdict]>([])
        router.handle(Self.event(to: "arn:aws:sqs:us-east-1:123456789012:q", source: Self.function)) { verdict in
            verdicts.withLock { $0.append(verdict) }
        }
        guard case .postponed(_, false, "unreachable")? = verdicts.withLock({ $0.first }) else {
            Issue.record("no postponement")
            return
        }
    }

    @Test func `a lost follow-up is counted by the service of the delivery`() {
        let target = Target()
        let router = DeliveryRouter(targets: ["lambda": target], sender: Sender())
        router.didDropFollowUp(of: Self.event(to: Self.function))
        router.didDropFollowUp(of: Self.event(to: "arn:aws:sqs:us-east-1:123456789012:q"))
        #expect(target.dropped.load(ordering: .relaxed) == 1)
    }
}
