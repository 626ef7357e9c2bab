/// Idle environments in the order in which they became idle. Appending, removing and looking at the first are constant
/// in time on average: a slot that was left empty is skipped once and then forgotten.
struct IdleList: Sendable {
    private var slots: [EnvironmentID?] = []
    private var head = 0
    private var positions: [EnvironmentID: Int] = [:]

    var count: Int { positions.count }

    /// The environment that has been idle for the longest time.
    var first: EnvironmentID? {
        positions.isEmpty ? nil : slots[head...].lazy.compactMap(\.self).first
    }

    mutating func append(_ id: EnvironmentID) {
        positions[id] = slots.count
        slots.append(id)
    }

    mutating func remove(_ id: EnvironmentID) {
        guard let position = positions.removeValue(forKey: id) else { return }
        slots[position] = nil
        while head < slots.count, slots[head] == nil { head += 1 }
        if slots.count > 2 * positions.count + 64 { compact() }
    }

    private mutating func compact() {
        slots = slots[head...].filter { $0 != nil }
        head = 0
        for (position, id) in slots.enumerated() {
            if let id { positions[id] = position }
        }
    }
}
