/// How often something may happen: a number of times at once after a pause, and at an even pace from then on.
///
/// The generic cell rate algorithm: one moment, the one at which everything that was spent is regained.
struct RateLimit: Sendable {
    private var regainedNanoseconds: UInt64 = 0

    /// Whether it may happen once more.
    ///
    /// - Parameters:
    ///   - count: how often it may happen within `intervalNanoseconds`.
    func allows(_ count: Int, per intervalNanoseconds: UInt64, nowNanoseconds: UInt64) -> Bool {
        guard count > 0 else { return false }
        let ahead = max(regainedNanoseconds, nowNanoseconds) - nowNanoseconds
        return ahead + intervalNanoseconds / UInt64(count) <= intervalNanoseconds
    }

    /// It happens.
    mutating func spend(_ count: Int, per intervalNanoseconds: UInt64, nowNanoseconds: UInt64) {
        guard count > 0 else { return }
        regainedNanoseconds = max(regainedNanoseconds, nowNanoseconds) + intervalNanoseconds / UInt64(count)
    }
}
