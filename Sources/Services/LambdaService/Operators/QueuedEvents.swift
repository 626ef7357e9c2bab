internal import ServiceKit
internal import Domain
internal import EventQueue

/// Which events of the queue are meant.
struct QueuedEventSelection: Hashable, Sendable {
    /// Those of this function, by name or ARN, and what follows from them, such as messages to its destinations; `nil`
    /// for all of the caller's account and region.
    var functionName: String?
    /// The one with this number, or those of one request; `nil` for all.
    var identity: EventSelection.Identity?
    /// Whether events are meant, too, whose target names no account: only where everybody may see everything.
    var includesUnowned: Bool

    /// Selects events.
    init(
        functionName: String? = nil, identity: EventSelection.Identity? = nil, includesUnowned: Bool = false
    ) {
        self.functionName = functionName
        self.identity = identity
        self.includesUnowned = includesUnowned
    }
}

/// What operators can see and do about queued events. Reads the disk: not for serving threads.
struct QueuedEvents: Sendable {
    let store: LambdaStore
    let events: EventQueue

    /// A page of what waits, or is being handled, in the order in which it was accepted.
    ///
    /// - Parameters:
    ///   - number: Only events after this one.
    ///   - limit: At most this many.
    func page(
        _ selection: QueuedEventSelection, after number: Int, limit: Int, _ context: RequestContext
    ) throws(ServiceError) -> [EventSummary] {
        let events = try events(of: selection, context)
        return try store.converting { try self.events.summaries(events, after: number, limit: limit) }
    }

    /// Tries events now that wait for later. What is being handled goes on.
    ///
    /// - Returns: How many.
    func retry(
        _ selection: QueuedEventSelection, _ context: RequestContext
    ) throws(ServiceError) -> Int {
        let events = try events(of: selection, context)
        return try store.converting { try self.events.makeDue(events) }
    }

    /// Deletes events, without a word to any destination. What is being handled is not interrupted.
    ///
    /// - Returns: How many.
    func purge(
        _ selection: QueuedEventSelection, _ context: RequestContext
    ) throws(ServiceError) -> Int {
        let events = try events(of: selection, context)
        return try store.converting { try self.events.purge(events) }
    }

    private func events(
        of selection: QueuedEventSelection, _ context: RequestContext
    ) throws(ServiceError) -> EventSelection {
        var scope = EventScope(account: context.account, region: context.region)
        scope.includesUnowned = selection.includesUnowned
        if let name = selection.functionName { scope.function = try FunctionReference.ownFunction(name, context).name }
        return EventSelection(
            targets: try store.converting { try self.events.targets() }.filter { scope.covers($0) },
            sources: try store.converting { try self.events.sources() }.filter { scope.covers($0) },
            identity: selection.identity)
    }
}
