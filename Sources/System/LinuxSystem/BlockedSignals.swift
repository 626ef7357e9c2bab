internal import Glibc

/// Holds back the signals that end a program (Ctrl-C, SIGTERM, a closed terminal), so that it can tidy up first.
///
/// As long as the value lives, such a signal waits; when it goes, the signal arrives and ends the program with the exit
/// status that its parent expects. Masks belong to threads: for programs whose only thread does the work.
public struct BlockedSignals: ~Copyable {
    private var before = sigset_t()

    /// Starts to hold SIGINT, SIGTERM and SIGHUP back on this thread.
    public init() {
        var held = Self.signals
        pthread_sigmask(SIG_BLOCK, &held, &before)
    }

    deinit {
        var mask = before
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }

    /// Whether such a signal waits: time to stop.
    public var isPending: Bool {
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
