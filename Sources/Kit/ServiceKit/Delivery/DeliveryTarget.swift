package import Domain
package import EventQueue

/// A service that takes deliveries for its resources: it invokes the function, sends to the queue, or publishes to the
/// topic that the ARN names.
package protocol DeliveryTarget: Sendable {
    /// Tries a delivery once, as its principal: where that is not the owner of the resource, the resource's policy has
    /// to allow it. Does not block.
    ///
    /// - Parameter answer: called once, on any thread.
    func deliver(_ delivery: Delivery, _ answer: @escaping @Sendable (EventVerdict) -> Void)

    /// A follow-up message of a delivery is lost: the queue is full.
    func didDropFollowUp(of delivery: Delivery)
}

/// A payload on its way to the resource that an ARN names.
package struct Delivery: Sendable {
    /// The resource.
    package let target: ARN
    /// The payload with its attributes and its attempts so far.
    package let event: QueuedEvent
    /// The caller that it is delivered as.
    package let principal: Caller
    /// The same at each attempt, also after a crash. A target that writes rows takes it with them, by
    /// ``IdempotencyRecord``, and so takes each delivery once.
    package var id: String { event.deliveryID }

    /// Describes a delivery.
    package init(target: ARN, event: QueuedEvent, principal: Caller) {
        self.target = target
        self.event = event
        self.principal = principal
    }
}
