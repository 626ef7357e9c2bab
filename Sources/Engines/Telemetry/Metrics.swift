public import Domain
internal import Synchronization

/// The meters of all functions of a server: the seam between the code that counts and the code that reports.
public final class Metrics: Sendable {
    private let limit: Int
    private let meters = Mutex<[FunctionID: FunctionMeter]>([:])
    private let overflow = FunctionMeter()

    /// Makes a set without meters.
    ///
    /// - Parameter limit: Functions that have a meter of their own. A monitoring system keeps every series that it has
    ///   seen, so the number of series must be bounded even where functions are created all the time.
    public init(limit: Int = 4_096) { self.limit = limit }

    /// The meter of a function; beyond the limit, the one that all further functions share.
    public func meter(of function: FunctionID) -> FunctionMeter {
        meters.withLock { meters in
            if let meter = meters[function] { return meter }
            guard meters.count < limit else { return overflow }
            let meter = FunctionMeter()
            meters[function] = meter
            return meter
        }
    }

    /// The counts of a function's versions; none for a function without a meter of its own.
    public func versions(of function: FunctionID) -> [FunctionVersion: FunctionMeter.VersionCounts] {
        meters.withLock { $0[function] }?.versions ?? [:]
    }

    /// Removes the meter of a deleted function.
    public func removeMeter(of function: FunctionID) {
        meters.withLock { $0[function] = nil }
    }

    /// The counts of every function that has a meter, in order.
    public var readings: [(function: FunctionID, counts: FunctionMeter.Counts)] {
        meters.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value.counts) }
    }

    /// The counts of all functions without a meter of their own together.
    public var overflowCounts: FunctionMeter.Counts { overflow.counts }
}
