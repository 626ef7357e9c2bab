internal import Store
internal import Synchronization

/// Counts what can have changed a store's rows: its own commits, and notifications of those of others. With another
/// session it is another mark, since what happened in between is not known.
final class CommitCounter: CommitWatch {
    private let commits = Atomic<UInt64>(0)
    private let session: SessionState

    init(_ session: SessionState) { self.session = session }

    /// Something may have changed.
    func bump() { commits.add(1, ordering: .sequentiallyConsistent) }

    var mark: CommitMark? {
        guard let token = session.token else { return nil }
        return CommitMark([UInt64(token), commits.load(ordering: .sequentiallyConsistent), 0, 0, 0, 0, 0, 0])
    }
}
