package import Domain
package import EventQueue

/// A service that takes deliveries for its resources: it invokes the function, sends to the queue, publishes to the
/// topic that the ARN names.
package protocol DeliveryTarget: Sendable {
    /// Tries a delivery once, as its principal: where that is not the owner of the resource, the resource's policy has
    /// to allow it. Does not wait.
    ///
    /// - Parameter answer: called once, on any thread.
    func deliver(_ delivery: Delivery, _ answer: @escaping @Sendable (EventVerdict) -> Void)

    /// A message that was to follow from a delivery is lost: the queue has no room for it.
    func didDropFollowUp(of delivery: Delivery)
}

/// A payload on its way to the resource that an ARN names.
package struct Delivery: Sendable {
    /// The resource.
    package let target: ARN
    /// The payload, its attributes, and what became of it so far.
    package let event: QueuedEvent
    /// As whom it is delivered.
    package let principal: Caller

    /// Describes a delivery.
    package init(target: ARN, event: QueuedEvent, principal: Caller) {
        self.target = target
        self.event = event
        self.principal = principal
    }
}
