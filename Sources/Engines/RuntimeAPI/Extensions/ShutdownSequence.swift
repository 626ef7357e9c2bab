/// How an environment with extensions ends: the runtime first, then the extensions, then the rest. A pure
/// value: events in, actions out; the shell's timers bring the time.
///
/// Source: "Lambda execution environment lifecycle", *Shutdown phase*, in the Lambda developer guide: two seconds with
/// external extensions, half a second with internal ones only, and nothing is waited for without any. That the runtime
/// has 0.3 of the two seconds is what AWS's runtime interface emulator does.
public struct ShutdownSequence: Hashable, Sendable {
    /// How far it has come.
    public enum Stage: Hashable, Sendable {
        /// Nothing was begun. → runtime, extensions, over.
        case none
        /// The runtime was asked to end. → extensions, over.
        case runtime
        /// The extensions were told. → over.
        case extensions
        /// Everything is being killed.
        case over
    }

    /// What the shell has to do.
    public enum Action: Hashable, Sendable {
        /// Ask the runtime to end (SIGTERM), and say ``runtimeEnded(hasExternal:)`` when it has, or
        /// ``timeIsUp(in:hasExternal:)`` after so many milliseconds.
        case terminateRuntime(patienceMilliseconds: Int)
        /// Tell the extensions, and say ``extensionsEnded()`` when they have ended, or ``timeIsUp(in:hasExternal:)``
        /// after so many milliseconds.
        case tellExtensions(patienceMilliseconds: Int)
        /// End everything inside.
        case kill
    }

    /// How far it has come: timers name the stage that they are for.
    public private(set) var stage = Stage.none

    /// What external extensions have in all.
    public static let externalMilliseconds = 2000
    /// What a runtime with internal extensions only has.
    public static let internalMilliseconds = 500
    /// The runtime's share of the time where there are external extensions.
    public static let runtimeMilliseconds = 600

    /// Makes the sequence of an environment that does not end yet.
    public init() {}

    /// Whether the environment ends.
    public var hasBegun: Bool { stage != .none }

    /// The environment is to end. Only the first call counts.
    public mutating func begin(isRuntimeRunning: Bool, hasExternal: Bool, hasInternal: Bool) -> Action? {
        guard stage == .none else { return nil }
        if isRuntimeRunning, hasExternal || hasInternal {
            stage = .runtime
            let patience = hasExternal ? Self.runtimeMilliseconds : Self.internalMilliseconds
            return .terminateRuntime(patienceMilliseconds: patience)
        }
        return tell(hasExternal: hasExternal, patienceMilliseconds: Self.externalMilliseconds)
    }

    /// The runtime has ended, or its time has.
    public mutating func runtimeEnded(hasExternal: Bool) -> Action? {
        guard stage == .runtime else { return nil }
        let patience = Self.externalMilliseconds - Self.runtimeMilliseconds
        return tell(hasExternal: hasExternal, patienceMilliseconds: patience)
    }

    /// All extensions have ended, or their time has.
    public mutating func extensionsEnded() -> Action? {
        guard stage == .extensions else { return nil }
        stage = .over
        return .kill
    }

    /// The time of a stage is up. Nothing follows where it is over already.
    public mutating func timeIsUp(in stage: Stage, hasExternal: Bool) -> Action? {
        guard stage == self.stage else { return nil }
        return stage == .runtime ? runtimeEnded(hasExternal: hasExternal) : extensionsEnded()
    }

    private mutating func tell(hasExternal: Bool, patienceMilliseconds: Int) -> Action {
        stage = hasExternal ? .extensions : .over
        return hasExternal ? .tellExtensions(patienceMilliseconds: patienceMilliseconds) : .kill
    }
}
