/// How much room a queue has on the disk: for all events, those of a group of targets, and those of a target. A pure
/// value.
struct QueueRoom {
    private let limits: EventQueue.Limits
    private let group: @Sendable (String) -> String
    /// Bytes on the disk, by target: read after each transaction of the queue that changes a target, with those added
    /// that others commit.
    private var used: [String: Int] = [:]
    /// Bytes on the disk that the events of later transactions may take, those of the one under way included.
    private(set) var reserved: [String: Int] = [:]
    /// Used and reserved bytes.
    private var total = 0
    private var totals: [String: Int] = [:]

    init(limits: EventQueue.Limits, used: [String: Int], group: @escaping @Sendable (String) -> String) {
        self.limits = limits
        self.group = group
        setAll(used)
    }

    /// Whether events fit, of which each target has so many bytes.
    func has(_ bytes: [String: Int]) -> Bool {
        var more: [String: Int] = [:]
        for (target, bytes) in bytes {
            guard bytes <= limits.diskBytesPerTarget - (used[target] ?? 0) - (reserved[target] ?? 0) else {
                return false
            }
            more[group(target), default: 0] += bytes
        }
        guard more.allSatisfy({ $0.value <= limits.diskBytesPerGroup - (totals[$0.key] ?? 0) }) else { return false }
        return more.values.reduce(0, +) <= limits.diskBytes - total
    }

    /// Reserves an event's bytes; `false` when a limit would be exceeded.
    mutating func reserve(_ event: NewEvent) -> Bool {
        guard has([event.target: event.diskBytes]) else { return false }
        change(event.target, reserved: event.diskBytes)
        return true
    }

    /// The bytes are in a transaction that has ended, or will be in none.
    mutating func release(_ reserved: [String: Int]) {
        for (target, bytes) in reserved { change(target, reserved: -bytes) }
    }

    /// Sets what a target has on the disk.
    mutating func set(_ bytes: Int, of target: String) { change(target, used: bytes - (used[target] ?? 0)) }

    /// Adds to what targets have on the disk.
    mutating func add(_ bytes: [String: Int]) { for (target, bytes) in bytes { change(target, used: bytes) } }

    /// Sets what is on the disk.
    mutating func setAll(_ bytes: [String: Int]) {
        for target in used.keys where bytes[target] == nil { set(0, of: target) }
        for (target, bytes) in bytes { set(bytes, of: target) }
    }

    private mutating func change(_ target: String, used more: Int = 0, reserved moreReserved: Int = 0) {
        Self.add(more, to: target, in: &used)
        Self.add(moreReserved, to: target, in: &reserved)
        Self.add(more + moreReserved, to: group(target), in: &totals)
        total += more + moreReserved
    }

    /// What is 0 is not kept: there may be a target for each function that ever was.
    private static func add(_ bytes: Int, to key: String, in counts: inout [String: Int]) {
        let sum = (counts[key] ?? 0) + bytes
        counts[key] = sum == 0 ? nil : sum
    }
}
