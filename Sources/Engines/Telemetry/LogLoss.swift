public import LinuxSystem

/// An episode in which lines of logs are lost because they cannot be written, such as on a full disk.
public enum LogLoss: Hashable, Sendable {
    /// It begins: so many lines were lost, for this reason.
    case began(lines: Int, cause: SystemCallError)
    /// Logs are written again. So many lines were lost in all.
    case ended(lines: Int)
}

/// Tells of the lines that a store's streams lose.
struct LogLosses: Sendable {
    private let episode: FailureEpisode
    private let report: @Sendable (LogLoss) -> Void

    /// On a disk that is nearly full, short writes succeed while long ones fail.
    private static let quietSeconds: UInt64 = 1

    init(clock: (@Sendable () -> UInt64)?, report: @escaping @Sendable (LogLoss) -> Void) {
        episode = FailureEpisode(quietSeconds: Self.quietSeconds, clock: clock)
        self.report = report
    }

    /// Lines could not be written.
    func didLose(_ lines: Int, cause: SystemCallError) {
        if episode.didFail(count: lines) { report(.began(lines: lines, cause: cause)) }
    }

    /// Lines were written.
    func didWrite() {
        if let lines = episode.didSucceed() { report(.ended(lines: lines)) }
    }
}
