/// Where one environment's runtime stands in its conversation with the runtime API. A pure value.
///
/// A runtime asks for work, is given an invocation, answers it, and asks again. Work may come before the question, or
/// the question before the work: whichever is first waits here.
public struct RuntimeSession<Waiter: Sendable>: Sendable {
    private enum State {
        /// The runtime starts. → offered, waiting, closed.
        case starting
        /// There is work, and the runtime has not asked for it yet. → invoking, closed.
        case offered(RuntimeInvocation)
        /// The runtime has asked, and waits. → invoking, closed.
        case waiting(Waiter)
        /// The runtime works on this. → answered, closed.
        case invoking(requestID: String)
        /// The runtime has answered and has not asked for more yet. → offered, waiting, closed.
        case answered
        /// The environment ends. Everything is refused.
        case closed
    }

    /// What a question of the runtime leads to.
    public enum NextOutcome: Sendable {
        /// Answer it with this.
        case deliver(RuntimeInvocation)
        /// Keep it: work has yet to come.
        case wait
        /// Keep it in place of an older one, which is to be refused.
        case waitInsteadOf(Waiter)
        /// Refuse it: it comes out of turn, or the environment ends.
        case refuse
    }

    private var state = State.starting
    /// Whether the runtime has asked for its first invocation: its init phase is over.
    public private(set) var hasStarted = false

    /// Whether the runtime has asked and waits for work.
    public var isWaiting: Bool {
        if case .waiting = state { true } else { false }
    }

    /// Makes the session of a runtime that starts.
    public init() {}

    /// There is work for the runtime.
    ///
    /// - Returns: the question that waits for it; `nil` where the runtime has not asked yet.
    public mutating func offer(_ invocation: RuntimeInvocation) -> Waiter? {
        switch state {
        case .waiting(let waiter):
            state = .invoking(requestID: invocation.requestID)
            return waiter
        case .starting, .answered:
            state = .offered(invocation)
            return nil
        case .offered, .invoking, .closed:
            return nil
        }
    }

    /// The runtime asks for work.
    public mutating func next(_ waiter: Waiter) -> NextOutcome {
        hasStarted = true
        switch state {
        case .offered(let invocation):
            state = .invoking(requestID: invocation.requestID)
            return .deliver(invocation)
        case .starting, .answered:
            state = .waiting(waiter)
            return .wait
        case .waiting(let abandoned):
            // A client that gave up on its question asks again on another connection.
            state = .waiting(waiter)
            return .waitInsteadOf(abandoned)
        case .invoking, .closed:
            return .refuse
        }
    }

    /// Whether the runtime works on an invocation.
    public func isInvoking(requestID: String) -> Bool {
        if case .invoking(requestID) = state { true } else { false }
    }

    /// The runtime answers an invocation. `false` where that is not the one it works on.
    public mutating func finish(requestID: String) -> Bool {
        guard case .invoking(requestID) = state else { return false }
        state = .answered
        return true
    }

    /// The environment ends.
    ///
    /// - Returns: the question that waits, to be refused.
    public mutating func close() -> Waiter? {
        defer { state = .closed }
        guard case .waiting(let waiter) = state else { return nil }
        return waiter
    }
}
