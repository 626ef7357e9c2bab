/// Whose work is next, where several clients share a few places and one backlog. Pure.
///
/// Each client has a queue of its own, and clients take turns. A client gets one more place while it has fewer than are
/// free, and may have one more item waiting while it has fewer than there is room for. So one client takes half at
/// most, a second one half of the rest, and so on: a place is free for the next one, however much work these bring.
struct WorkShares<Client: Hashable, Work> {
    private struct Queue {
        /// Waiting work, from `first` on; what is before has been taken.
        var items: [Work] = []
        var first = 0
        var running = 0

        var waiting: Int { items.count - first }

        mutating func take() -> Work {
            defer {
                first += 1
                // Compacted once most items are taken: so taking one costs amortised constant time.
                if first * 2 > items.count {
                    items.removeFirst(first)
                    first = 0
                }
            }
            return items[first]
        }
    }

    private let places: Int
    private let backlog: Int
    private var queues: [Client: Queue] = [:]
    /// The clients with waiting work, in the order of their turns.
    private var turns: [Client] = []
    private(set) var runningCount = 0
    private(set) var waitingCount = 0

    /// - Parameters:
    ///   - places: how many items run at once.
    ///   - backlog: how many may wait.
    init(places: Int, backlog: Int) {
        self.places = places
        self.backlog = backlog
    }

    /// Whether ``next()`` has something.
    var hasNext: Bool { nextTurn != nil }

    /// Adds work to a client's queue; `false`, without adding it, where the client has its share of the backlog.
    mutating func add(_ work: Work, of client: Client) -> Bool {
        let waiting = queues[client]?.waiting ?? 0
        guard waiting < backlog - waitingCount else { return false }
        queues[client, default: Queue()].items.append(work)
        waitingCount += 1
        if waiting == 0 { turns.append(client) }
        return true
    }

    /// Takes the next work that may run now. ``didEnd(_:)`` gives its place back.
    mutating func next() -> (client: Client, work: Work)? {
        guard let turn = nextTurn else { return nil }
        let client = turns.remove(at: turn)
        guard var queue = queues.removeValue(forKey: client) else {
            preconditionFailure("a client without a queue has a turn")
        }
        let work = queue.take()
        queue.running += 1
        runningCount += 1
        waitingCount -= 1
        if queue.waiting > 0 { turns.append(client) }
        queues[client] = queue
        return (client, work)
    }

    /// Work of a client has ended.
    mutating func didEnd(_ client: Client) {
        queues[client]?.running -= 1
        runningCount -= 1
        if let queue = queues[client], queue.running == 0, queue.waiting == 0 { queues[client] = nil }
    }

    /// The first turn whose client may have one more place.
    private var nextTurn: Int? {
        let free = places - runningCount
        guard free > 0 else { return nil }
        return turns.firstIndex { queues[$0]?.running ?? 0 < free }
    }
}
