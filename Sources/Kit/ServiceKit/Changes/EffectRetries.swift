/// The retries of failed effects. Pure: the feed takes its lock, calls, and performs.
///
/// A failed effect has one chain of retries for each change, however many commits fail with it in that time
/// (coalesced). A run that succeeds ends the chain only if no run failed since it began: a run that failed in between
/// may belong to a later commit, whose rows the successful run did not read.
struct EffectRetries<Change: Hashable & Sendable>: Sendable {
    /// An effect, by its position in the feed, and the change that it has to follow.
    struct Key: Hashable, Sendable {
        let effect: Int
        let change: Change
    }

    /// One retry of a chain.
    struct Retry: Hashable, Sendable {
        let key: Key
        /// Attempts before it, which decide the back-off.
        let attempts: Int
        fileprivate let chain: UInt64
    }

    /// The state of a chain when a run begins.
    struct Mark: Hashable, Sendable {
        fileprivate let chain: UInt64
        fileprivate let failures: UInt64
    }

    private struct Chain: Sendable {
        let number: UInt64
        var attempts = 1
        var failures: UInt64 = 1
    }

    private var chains: [Key: Chain] = [:]
    private var lastChain: UInt64 = 0

    /// Chains of retries that have not ended.
    var count: Int { chains.count }

    /// The mark to begin a run of an effect with; `nil` while it has no chain of retries.
    func mark(of key: Key) -> Mark? { chains[key].map { Mark(chain: $0.number, failures: $0.failures) } }

    /// The mark to begin a retry with; `nil` when its chain has ended.
    func mark(of retry: Retry) -> Mark? { mark(of: retry.key).flatMap { $0.chain == retry.chain ? $0 : nil } }

    /// The run of a commit has succeeded.
    mutating func didSucceed(_ key: Key, since mark: Mark?) {
        if self.mark(of: key) == mark { chains[key] = nil }
    }

    /// The run of a commit has failed.
    ///
    /// - Returns: the first retry; `nil` where a chain of retries exists already.
    mutating func didFail(_ key: Key) -> Retry? {
        if chains[key] != nil {
            chains[key]?.failures += 1
            return nil
        }
        lastChain += 1
        let chain = Chain(number: lastChain)
        chains[key] = chain
        return Retry(key: key, attempts: chain.attempts, chain: chain.number)
    }

    /// A retry has succeeded.
    ///
    /// - Returns: the next retry, where a commit's run failed during this one.
    mutating func didSucceed(_ retry: Retry, since mark: Mark) -> Retry? {
        didSucceed(retry.key, since: mark)
        return self.mark(of: retry) == nil ? nil : retry
    }

    /// A retry has failed.
    ///
    /// - Returns: the next retry; `nil` where a commit's run succeeded during this one.
    mutating func didFail(_ retry: Retry) -> Retry? {
        guard mark(of: retry) != nil, var chain = chains[retry.key] else { return nil }
        chain.attempts += 1
        chain.failures += 1
        chains[retry.key] = chain
        return Retry(key: retry.key, attempts: chain.attempts, chain: chain.number)
    }
}
