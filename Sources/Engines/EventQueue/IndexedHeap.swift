/// A binary min-heap whose elements are found, moved and removed by their id. Every change costs O(log n).
struct IndexedHeap<ID: Hashable & Sendable, Priority: Comparable & Sendable>: Sendable {
    private var elements: [(id: ID, priority: Priority)] = []
    /// Where each id is in `elements`.
    private var positions: [ID: Int] = [:]

    /// The element with the least priority; `nil` when the heap is empty. Among equals any of them.
    var first: (id: ID, priority: Priority)? { elements.first }

    /// Adds an element, moves it to another priority, or removes it (`nil`).
    ///
    /// - Returns: How many elements were compared.
    @discardableResult
    mutating func set(_ priority: Priority?, for id: ID) -> Int {
        guard let priority else { return remove(id) }
        guard let position = positions[id] else {
            elements.append((id, priority))
            positions[id] = elements.count - 1
            return siftUp(from: elements.count - 1)
        }
        guard elements[position].priority != priority else { return 1 }
        elements[position].priority = priority
        return siftUp(from: position) + siftDown(from: position)
    }

    private mutating func remove(_ id: ID) -> Int {
        guard let position = positions.removeValue(forKey: id) else { return 0 }
        let last = elements.removeLast()
        guard position < elements.count else { return 1 }
        elements[position] = last
        positions[last.id] = position
        return 1 + siftUp(from: position) + siftDown(from: position)
    }

    private mutating func siftUp(from start: Int) -> Int {
        var (position, comparisons) = (start, 0)
        while position > 0 {
            let parent = (position - 1) / 2
            comparisons += 1
            guard elements[position].priority < elements[parent].priority else { break }
            swap(position, parent)
            position = parent
        }
        return comparisons
    }

    private mutating func siftDown(from start: Int) -> Int {
        var (position, comparisons) = (start, 0)
        while case let left = 2 * position + 1, left < elements.count {
            let right = left + 1
            let isRightLess = right < elements.count && elements[right].priority < elements[left].priority
            let child = isRightLess ? right : left
            comparisons += 2
            guard elements[child].priority < elements[position].priority else { break }
            swap(position, child)
            position = child
        }
        return comparisons
    }

    private mutating func swap(_ first: Int, _ second: Int) {
        elements.swapAt(first, second)
        positions[elements[first].id] = first
        positions[elements[second].id] = second
    }
}
