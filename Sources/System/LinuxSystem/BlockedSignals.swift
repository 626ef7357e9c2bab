internal import Glibc

/// Blocks the signals that end a program (Ctrl-C, SIGTERM, a closed terminal), so that it can clean up first.
///
/// During the value's lifetime such a signal stays pending; afterwards it is delivered and ends the program with the
/// exit status that its parent expects. Signal masks belong to threads: for programs whose only thread does the work.
public struct BlockedSignals: ~Copyable {
    private var previousMask = sigset_t()

    /// Blocks SIGINT, SIGTERM and SIGHUP on this thread.
    public init() {
        var blocked = Self.signals
        pthread_sigmask(SIG_BLOCK, &blocked, &previousMask)
    }

    deinit {
        var mask = previousMask
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }

    /// Whether one of the signals is pending: time to stop.
    public var isPending: Bool { Self.isAnyPending }

    /// Whether one of the signals is pending for this thread.
    static var isAnyPending: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return [SIGINT, SIGTERM, SIGHUP].contains { sigismember(&pending, $0) == 1 }
    }

    /// The signals, as a mask.
    static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        return signals
    }
}
