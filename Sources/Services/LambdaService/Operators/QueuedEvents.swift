internal import Domain
internal import EventQueue
internal import ServiceKit

/// Lists, retries and purges queued events for operators. Reads the disk: not for serving threads.
struct QueuedEvents: Sendable {
    private let store: LambdaStore
    private let events: EventQueue

    init(store: LambdaStore, events: EventQueue) {
        self.store = store
        self.events = events
    }

    /// A page of events, queued and in flight, in the order of their acceptance.
    ///
    /// - Parameters:
    ///   - number: only events after this one.
    ///   - limit: the longest page.
    func page(
        _ selection: QueuedEventSelection, after number: Int, limit: Int, _ context: RequestContext
    ) throws(ServiceError) -> [EventSummary] {
        let events = try events(of: selection, context)
        return try store.converting { try self.events.summaries(events, after: number, limit: limit) }
    }

    /// Makes events due that wait for a later attempt. Events in flight are not affected.
    ///
    /// - Returns: the number of events.
    func retry(
        _ selection: QueuedEventSelection, _ context: RequestContext
    ) throws(ServiceError) -> Int {
        let events = try events(of: selection, context)
        return try store.converting { try self.events.makeDue(events) }
    }

    /// Deletes events; destinations get no record of them. Invocations in flight are not interrupted.
    ///
    /// - Returns: the number of events.
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
        if let name = selection.functionName { scope.function = try FunctionReference.ownFunction(name, context).name }
        return EventSelection(
            targets: try store.converting { try self.events.targets() }.filter { scope.covers($0) },
            sources: try store.converting { try self.events.sources() }.filter { scope.covers($0) },
            identity: selection.identity)
    }
}
