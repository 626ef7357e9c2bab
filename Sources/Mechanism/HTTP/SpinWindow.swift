/// How long a thread looks for work before it sleeps (docs/decisions/0022).
///
/// Looking costs a processor, and sleeping costs the time that waking takes. So a thread looks for long while most of
/// its latest waits were short, and briefly otherwise: with no history, where each caller comes by itself, and where
/// functions compute.
struct SpinWindow {
    private let shortestNanoseconds: UInt64
    private let longestNanoseconds: UInt64
    /// Short waits count up, long ones down, between 0 and the double of `enough`.
    private var score = 0
    private static let enough = 4

    /// - Parameters:
    ///   - shortestMicroseconds: how long to look where waits are long; 0 to sleep at once.
    ///   - longestMicroseconds: how long to look where they are short. A wait of at most this counts as short.
    init(shortestMicroseconds: UInt32, longestMicroseconds: UInt32) {
        shortestNanoseconds = UInt64(shortestMicroseconds) * 1000
        longestNanoseconds = UInt64(longestMicroseconds) * 1000
    }

    /// How long to look, from the end of the last work on.
    var nanoseconds: UInt64 { score >= Self.enough ? longestNanoseconds : shortestNanoseconds }

    /// Work has come after a wait, whether the thread slept or not.
    mutating func workCame(afterNanoseconds wait: UInt64) {
        let isShort = wait <= longestNanoseconds
        score = isShort ? min(score + 1, 2 * Self.enough) : max(score - 1, 0)
    }
}
