/// The phases of an execution environment. A pure value.
///
/// Source: "Lambda execution environment lifecycle" in the Lambda developer guide. An init phase that fails, or takes
/// longer than ten seconds, is run once more within the first invocation, in the time that the function has for it.
public struct EnvironmentLifecycle: Hashable, Sendable {
    /// Which init phase it is: the `phase` of reports.
    public enum Attempt: String, Hashable, Sendable {
        /// The init phase itself, of ten seconds.
        case initially = "init"
        /// Within the first invocation, after the first has failed.
        case withinInvocation = "invoke"
    }

    private enum Phase: Hashable {
        /// The sandbox is being made. → registering, initialising.
        case making(Attempt)
        /// Extensions run and register; the runtime does not run yet. → initialising, resetting.
        case registering(Attempt)
        /// The runtime runs, and something has yet to ask for its first event. → serving, resetting.
        case initialising(Attempt)
        /// The first init phase has failed, and its sandbox ends. → making.
        case resetting
        /// Invocations come, one at a time. → ending.
        case serving
        /// It will run nothing any more.
        case ending
    }

    /// What follows from the failure of an init phase.
    public enum FailureOutcome: Hashable, Sendable {
        /// The sandbox ends, and another one is made.
        case retry
        /// The environment ends, and with it its invocation.
        case end
    }

    private var phase = Phase.making(.initially)

    /// Makes the lifecycle of an environment that is about to be made.
    public init() {}

    /// The init phase that it is in; `nil` when there is none.
    public var attempt: Attempt? {
        switch phase {
        case .making(let attempt), .registering(let attempt), .initialising(let attempt): attempt
        case .resetting, .serving, .ending: nil
        }
    }

    /// Whether it takes invocations.
    public var isServing: Bool { phase == .serving }

    /// The sandbox runs: its extensions where there are any, the runtime at once where there are none.
    public mutating func began(hasExternalExtensions: Bool) {
        guard case .making(let attempt) = phase else { return }
        phase = hasExternalExtensions ? .registering(attempt) : .initialising(attempt)
    }

    /// All external extensions have registered. `true` when the runtime is to be started now.
    public mutating func extensionsRegistered() -> Bool {
        guard case .registering(let attempt) = phase else { return false }
        phase = .initialising(attempt)
        return true
    }

    /// The runtime and all extensions have asked for their first event.
    ///
    /// - Returns: the init phase that is over; `nil` where there was none.
    public mutating func ready() -> Attempt? {
        guard case .initialising(let attempt) = phase else { return nil }
        phase = .serving
        return attempt
    }

    /// The init phase has failed. `nil` where it is over already.
    ///
    /// - Parameter canRetry: whether an invocation waits in whose time it could be run again.
    public mutating func initFailed(canRetry: Bool) -> FailureOutcome? {
        guard let attempt else { return nil }
        let isRetried = attempt == .initially && canRetry
        phase = isRetried ? .resetting : .ending
        return isRetried ? .retry : .end
    }

    /// The sandbox has ended. `true` when another is to be made.
    public mutating func sandboxEnded() -> Bool {
        let isReset = phase == .resetting
        phase = isReset ? .making(.withinInvocation) : .ending
        return isReset
    }

    /// The environment is to end.
    public mutating func end() { phase = .ending }
}
