/// Timers in the order of their deadlines; timers with equal deadlines fire in the order in which they were inserted.
///
/// A binary heap that knows where in it each timer is (an indexed priority queue: Sedgewick and Wayne, "Algorithms",
/// section 2.4). Insertion and removal take O(log n) steps, and the earliest deadline one. Nearly every timer is
/// cancelled soon after it was set, behind all others: that takes one step. A removed timer leaves nothing behind, so
/// the memory is that of the most timers that were ever pending at once. A pure value: the time is an argument.
struct TimerHeap<Value> {
    /// Names a timer for its removal. The key of a timer that was removed never names another one.
    struct Key: Hashable, Sendable {
        fileprivate let slot: Int
        fileprivate let sequence: UInt64
    }

    /// What the heap orders. Trivial, so that moving one costs no reference counting.
    private struct Node {
        let deadline: UInt64
        let sequence: UInt64
        let slot: Int

        func precedes(_ other: Node) -> Bool {
            deadline == other.deadline ? sequence < other.sequence : deadline < other.deadline
        }
    }

    /// What belongs to a timer at a fixed index, wherever the heap moves its node.
    private struct Slot {
        /// The sequence number of the timer that has the slot; 0 when it is free.
        var sequence: UInt64 = 0
        /// The index of its node.
        var position = 0
        var value: Value?
    }

    /// The heap: no node precedes its parent, which is at `(index - 1) / 2`.
    private var nodes: [Node] = []
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var lastSequence: UInt64 = 0

    /// How many timers are pending.
    var count: Int { nodes.count }

    /// How many timers there is memory for.
    var slotCount: Int { slots.count }

    /// The deadline of the timer that fires next; `nil` when none is pending.
    var earliestDeadline: UInt64? { nodes.first?.deadline }

    /// Adds a timer.
    mutating func insert(_ value: Value, deadline: UInt64) -> Key {
        lastSequence += 1
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(Slot()) }
        slots[slot].sequence = lastSequence
        slots[slot].value = value
        nodes.append(Node(deadline: deadline, sequence: lastSequence, slot: slot))
        siftUp(nodes.count - 1)
        return Key(slot: slot, sequence: lastSequence)
    }

    /// Removes a timer and returns its value; `nil` when it has fired or was removed before.
    @discardableResult
    mutating func remove(_ key: Key) -> Value? {
        guard slots[key.slot].sequence == key.sequence else { return nil }
        return remove(at: slots[key.slot].position)
    }

    /// Removes the next timer whose deadline is not after `now`, and returns its value; `nil` when there is none.
    mutating func popDue(at now: UInt64) -> Value? {
        guard let first = nodes.first, first.deadline <= now else { return nil }
        return remove(at: 0)
    }
}

extension TimerHeap {
    private mutating func remove(at position: Int) -> Value? {
        let slot = nodes[position].slot
        let last = nodes.removeLast()
        if position < nodes.count {
            place(last, at: position)
            // The last node may belong to another branch: it can precede the parent of the hole that it fills.
            siftUp(position)
            siftDown(slots[last.slot].position)
        }
        defer { slots[slot] = Slot() }
        freeSlots.append(slot)
        return slots[slot].value
    }

    private mutating func siftUp(_ start: Int) {
        let node = nodes[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard node.precedes(nodes[parent]) else { break }
            place(nodes[parent], at: position)
            position = parent
        }
        place(node, at: position)
    }

    private mutating func siftDown(_ start: Int) {
        let node = nodes[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < nodes.count else { break }
            if child + 1 < nodes.count, nodes[child + 1].precedes(nodes[child]) { child += 1 }
            guard nodes[child].precedes(node) else { break }
            place(nodes[child], at: position)
            position = child
        }
        place(node, at: position)
    }

    private mutating func place(_ node: Node, at position: Int) {
        nodes[position] = node
        slots[node.slot].position = position
    }
}
