/// The invocations under way that count against one limit: a function's reservation, or what an account has not
/// reserved.
struct ConcurrencyCount: Hashable, Sendable {
    /// Where an invocation runs.
    enum Kind: Hashable, Sendable {
        /// In an environment that was started for an invocation, or still waits for one.
        case onDemand
        /// In an environment that was started before.
        case provisioned
    }

    var onDemand = 0
    var provisioned = 0
    /// Provisioned environments that were asked for: they count whether they run something or not.
    var claimed = 0

    var running: Int { onDemand + provisioned }

    /// Whether one more may run.
    func admits(_ kind: Kind, limit: Int) -> Bool {
        guard running < limit else { return false }
        return kind == .provisioned || onDemand + claimed < limit
    }

    mutating func add(_ kind: Kind, _ count: Int) {
        switch kind {
        case .onDemand: onDemand += count
        case .provisioned: provisioned += count
        }
    }

    static func += (left: inout ConcurrencyCount, right: ConcurrencyCount) {
        left.onDemand += right.onDemand
        left.provisioned += right.provisioned
        left.claimed += right.claimed
    }

    static func -= (left: inout ConcurrencyCount, right: ConcurrencyCount) {
        left.onDemand -= right.onDemand
        left.provisioned -= right.provisioned
        left.claimed -= right.claimed
    }
}
