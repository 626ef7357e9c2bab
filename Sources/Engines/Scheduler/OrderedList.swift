/// Distinct elements in the order in which they were appended. Appending, removing and looking at the first are
/// constant in time on average: a slot that was left empty is skipped once and then forgotten.
struct OrderedList<Element: Hashable & Sendable>: Sendable {
    private var slots: [Element?] = []
    private var head = 0
    private var positions: [Element: Int] = [:]

    var count: Int { positions.count }
    var isEmpty: Bool { positions.isEmpty }

    /// The element that was appended before all others.
    var first: Element? { positions.isEmpty ? nil : slots[head] }

    /// All elements, in order.
    var elements: [Element] { slots[head...].compactMap(\.self) }

    func contains(_ element: Element) -> Bool { positions[element] != nil }

    /// Puts an element at the end, which must not be in the list.
    mutating func append(_ element: Element) {
        positions[element] = slots.count
        slots.append(element)
    }

    /// Takes an element out, if it is in the list.
    @discardableResult
    mutating func remove(_ element: Element) -> Bool {
        guard let position = positions.removeValue(forKey: element) else { return false }
        slots[position] = nil
        while head < slots.count, slots[head] == nil { head += 1 }
        if slots.count > 2 * positions.count + 64 { compact() }
        return true
    }

    private mutating func compact() {
        slots = slots[head...].filter { $0 != nil }
        head = 0
        for (position, element) in slots.enumerated() {
            if let element { positions[element] = position }
        }
    }
}
