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

// Each asks the disk: not for the threads of HTTP.
extension LambdaService {
    /// A page of what waits, or is being handled, in the order in which it was accepted.
    ///
    /// - Parameters:
    ///   - number: Only events after this one.
    ///   - limit: At most this many.
    func queuedEvents(
        _ selection: QueuedEventSelection, after number: Int, limit: Int, _ context: RequestContext
    ) throws(ServiceError) -> [EventSummary] {
        let events = try events(of: selection, context)
        return try catching { try self.events.summaries(events, after: number, limit: limit) }
    }

    /// Tries events now that wait for later. What is being handled goes on.
    ///
    /// - Returns: How many.
    func retryEvents(
        _ selection: QueuedEventSelection, _ context: RequestContext
    ) throws(ServiceError) -> Int {
        let events = try events(of: selection, context)
        return try catching { try self.events.makeDue(events) }
    }

    /// Deletes events, without a word to any destination. What is being handled is not interrupted.
    ///
    /// - Returns: How many.
    func purgeEvents(
        _ selection: QueuedEventSelection, _ context: RequestContext
    ) throws(ServiceError) -> Int {
        let events = try events(of: selection, context)
        return try catching { try self.events.purge(events) }
    }

    private func events(
        of selection: QueuedEventSelection, _ context: RequestContext
    ) throws(ServiceError) -> EventSelection {
        var scope = EventScope(account: context.account, region: context.region)
        scope.includesUnowned = selection.includesUnowned
        if let name = selection.functionName { scope.function = try ownFunction(name, context).name }
        return EventSelection(
            targets: try catching { try self.events.targets() }.filter { scope.covers($0) },
            sources: try catching { try self.events.sources() }.filter { scope.covers($0) },
            identity: selection.identity)
    }

    /// The function of the caller's own that a name or an ARN, in any form that Invoke takes, is for, whether it is
    /// there or not. A version or alias in it does not matter.
    func ownFunction(_ text: String, _ context: RequestContext) throws(ServiceError) -> FunctionID {
        // Whatever is wrong with it, the answer is the same.
        guard let reference = try? FunctionReference(text) else {
            throw .invalidParameter("'\(text.prefix(200))' is neither the name of a function nor its ARN.")
        }
        let function = FunctionID(
            account: reference.account ?? context.account, region: reference.region ?? context.region,
            name: reference.name)
        guard function.account == context.account, function.region == context.region else {
            throw ServiceError(
                .accessDenied, "\(function) is not a function of account \(context.account) in \(context.region).")
        }
        return function
    }
}
