/// Whose turn it is to use a file's one writing connection, and who shares its transaction. Pure.
///
/// Group commit: a writer that has run its closure hands the open transaction to the next one that waits, and waits for
/// the end. The last of them commits, once for all, and during that the next group gathers. Where none waits, a writer
/// commits at once.
struct GroupCommit<Writer> {
    /// What a writer does after its closure.
    enum Step {
        /// Hand the connection, with the open transaction, to the next writer; then wait for the end.
        case hand(to: Writer)
        /// Commit for the whole group.
        case commit
    }

    private var isTaken = false
    private var waiting: [Writer] = []
    /// Who is first in `waiting`: those before have had their turn.
    private var first = 0
    private(set) var group: [Writer] = []

    /// How many wait.
    var waitingCount: Int { waiting.count - first }

    /// Writers that share one transaction at most: the first of them waits for all.
    static var maximumGroupCount: Int { 128 }

    /// A writer comes.
    ///
    /// - Returns: Whether it has the connection now; else it waits until it is handed over.
    mutating func didArrive(_ writer: Writer) -> Bool {
        guard isTaken else {
            isTaken = true
            return true
        }
        waiting.append(writer)
        return false
    }

    /// A writer has run its closure in the group's transaction. It is of the group now, also where its own changes were
    /// undone: what it saw may not become durable.
    mutating func didRun(_ writer: Writer) -> Step {
        group.append(writer)
        guard group.count < Self.maximumGroupCount, let next = takeNext() else { return .commit }
        return .hand(to: next)
    }

    /// The transaction has ended, or did not begin.
    ///
    /// - Returns: Its group, and the writer that has the connection now.
    mutating func didEnd() -> (group: [Writer], next: Writer?) {
        defer { group = [] }
        let next = takeNext()
        isTaken = next != nil
        return (group, next)
    }

    private mutating func takeNext() -> Writer? {
        guard first < waiting.count else { return nil }
        let writer = waiting[first]
        first += 1
        // Compacted once most are taken: so taking one costs amortised constant time.
        if first * 2 > waiting.count {
            waiting.removeFirst(first)
            first = 0
        }
        return writer
    }
}
