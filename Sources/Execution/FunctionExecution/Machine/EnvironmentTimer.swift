/// A timer of one environment. The shell gives it back when it fires; the machine ignores all but the last of a kind.
struct EnvironmentTimer: Hashable, Sendable {
    /// What a timer limits.
    enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// The time that a sandbox may take to be there.
        case start
        /// The init phase.
        case initPhase
        /// The invocation: the function's own time-out.
        case invocation
        /// The moment that an answer waits for extensions.
        case answer
        /// A stage of the Shutdown phase.
        case shutdown
        /// The time until an idle environment is frozen.
        case freeze
    }

    let kind: Kind
    /// Tells it from older ones of its kind.
    let number: UInt32
}

/// The timers of one environment that are set.
struct EnvironmentTimers: Sendable {
    /// The number of each kind's timer; 0 where none is set.
    private var numbers = SIMD8<UInt32>()
    private var last: UInt32 = 0

    /// Whether a timer of a kind is set.
    func isSet(_ kind: EnvironmentTimer.Kind) -> Bool { numbers[kind.rawValue] != 0 }

    /// A new timer, which takes the place of the one before.
    mutating func set(_ kind: EnvironmentTimer.Kind) -> EnvironmentTimer {
        last = max(1, last &+ 1)
        numbers[kind.rawValue] = last
        return EnvironmentTimer(kind: kind, number: last)
    }

    /// Takes a timer away. `false` where none is set.
    mutating func clear(_ kind: EnvironmentTimer.Kind) -> Bool {
        defer { numbers[kind.rawValue] = 0 }
        return isSet(kind)
    }

    /// A timer has fired, and is not set any more. `false` for one that was cancelled or replaced meanwhile.
    mutating func fire(_ timer: EnvironmentTimer) -> Bool {
        guard numbers[timer.kind.rawValue] == timer.number else { return false }
        return clear(timer.kind)
    }
}
