/// A histogram of durations with fixed bounds, as Prometheus needs it, in a few words of memory.
public struct DurationHistogram: Hashable, Sendable {
    /// The upper bounds of all buckets but the last, in nanoseconds: from a warm function's millisecond to the longest
    /// time-out that a function can have.
    public static let boundsNanoseconds: [UInt64] = [
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000,
        1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000, 60_000_000_000, 300_000_000_000,
        900_000_000_000,
    ]

    /// The count of each bucket alone. The last one is for durations that exceed every bound.
    private var buckets = [UInt64](repeating: 0, count: Self.boundsNanoseconds.count + 1)
    /// How many durations were recorded.
    public private(set) var count: UInt64 = 0
    /// Their sum, in nanoseconds.
    public private(set) var sumNanoseconds: UInt64 = 0

    /// An empty histogram.
    public init() {}

    /// Records a duration. Does not allocate.
    public mutating func record(nanoseconds: UInt64) {
        var low = 0
        var high = Self.boundsNanoseconds.count
        while low < high {
            let middle = (low + high) / 2
            if nanoseconds <= Self.boundsNanoseconds[middle] { high = middle } else { low = middle + 1 }
        }
        buckets[low] += 1
        count += 1
        sumNanoseconds &+= nanoseconds
    }

    /// For each bound the count of durations up to it, as Prometheus defines it; ``count`` includes those beyond all.
    public var cumulative: [(boundNanoseconds: UInt64, count: UInt64)] {
        var total: UInt64 = 0
        return zip(Self.boundsNanoseconds, buckets).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
