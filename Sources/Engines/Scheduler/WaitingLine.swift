/// Invocations that wait for a place on a full host: accounts take turns, and within an account who came first is
/// served first.
struct WaitingLine<Version: ScheduledVersion>: Sendable {
    struct Waiter: Sendable {
        let invocation: InvocationID
        let version: Version
        let revision: UInt64
        let memoryMebibytes: Int
        let sinceNanoseconds: UInt64

        var share: HostShare { .one(memoryMebibytes: memoryMebibytes) }
    }

    /// What an environment must be to serve a waiter.
    private struct Revision: Hashable {
        let version: Version
        let number: UInt64
    }

    private var waiters: [InvocationID: Waiter] = [:]
    private var byArrival = OrderedList<InvocationID>()
    private var byAccount: [Version.Account: OrderedList<InvocationID>] = [:]
    private var byRevision: [Revision: OrderedList<InvocationID>] = [:]
    /// The accounts that wait, the one whose turn it is first.
    private var turns = OrderedList<Version.Account>()
    /// What all of them need of the host, and those of each owner.
    private(set) var share = HostShare()
    private(set) var shares: [Version.Owner: HostShare] = [:]

    var count: Int { waiters.count }
    var isEmpty: Bool { waiters.isEmpty }

    /// The one of each account that came first, in the order of turns.
    var firstOfEach: some Sequence<Waiter> {
        turns.elements.lazy.compactMap { byAccount[$0]?.first }.compactMap { waiters[$0] }
    }

    /// Whose turn it is, of those for whom something holds.
    func next(where isEligible: (Waiter) -> Bool) -> Waiter? {
        waiters.isEmpty ? nil : firstOfEach.first(where: isEligible)
    }

    /// Who has waited for the longest time.
    var oldest: Waiter? { byArrival.first.flatMap { waiters[$0] } }

    /// Who has waited longest for an environment of a version's revision.
    func oldest(of version: Version, revision: UInt64) -> Waiter? {
        guard !waiters.isEmpty else { return nil }
        return byRevision[Revision(version: version, number: revision)]?.first.flatMap { waiters[$0] }
    }

    mutating func append(_ waiter: Waiter) {
        waiters[waiter.invocation] = waiter
        byArrival.append(waiter.invocation)
        let revision = Revision(version: waiter.version, number: waiter.revision)
        byRevision[revision, default: OrderedList()].append(waiter.invocation)
        let account = waiter.version.account
        if byAccount[account] == nil { turns.append(account) }
        byAccount[account, default: OrderedList()].append(waiter.invocation)
        share += waiter.share
        shares[waiter.version.owner, default: HostShare()] += waiter.share
    }

    /// Takes one whose turn it is; the next turn is another account's.
    mutating func take(_ waiter: Waiter) {
        remove(waiter)
        let account = waiter.version.account
        if turns.remove(account) { turns.append(account) }
    }

    mutating func remove(_ waiter: Waiter) {
        guard waiters.removeValue(forKey: waiter.invocation) != nil else { return }
        byArrival.remove(waiter.invocation)
        let revision = Revision(version: waiter.version, number: waiter.revision)
        byRevision[revision]?.remove(waiter.invocation)
        if byRevision[revision]?.isEmpty == true { byRevision[revision] = nil }
        let account = waiter.version.account
        byAccount[account]?.remove(waiter.invocation)
        shares[waiter.version.owner]? -= waiter.share
        if shares[waiter.version.owner] == HostShare() { shares[waiter.version.owner] = nil }
        if byAccount[account]?.isEmpty == true {
            byAccount[account] = nil
            turns.remove(account)
        }
        share -= waiter.share
    }
}
