/// Why nothing is done for a connection: such a one gives way where another one needs its place.
struct Standby: Comparable, Sendable {
    /// What it waits for; those that are worth least come first.
    enum Kind: Int, Comparable, Sendable {
        /// The first request, or the rest of a head.
        case head
        /// The next request.
        case request
        /// The rest of a body.
        case body

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    let kind: Kind
    /// Since when (``MonotonicClock``).
    let sinceNanoseconds: UInt64

    /// After all others.
    static let last = Standby(kind: .body, sinceNanoseconds: .max)

    /// The one that gives way first is the least.
    static func < (left: Standby, right: Standby) -> Bool {
        (left.kind, left.sinceNanoseconds) < (right.kind, right.sinceNanoseconds)
    }
}

/// The connections that give way next. A pure value.
///
/// All connections are looked at once for many that are closed, so that a flood of new ones does not cost the server
/// more than it costs their sender.
struct StandbyOrder: Sendable {
    /// The last one is next.
    private var candidates: [(descriptor: Int32, standby: Standby)] = []
    private static let maximumCount = 64

    /// Takes the connection that gives way: the first of the order that is still as it was when it was looked at.
    ///
    /// - Parameters:
    ///   - present: what a connection is now; `nil` where it does not give way.
    ///   - all: all connections, looked at where no candidate is left.
    mutating func next(
        present: (Int32) -> Standby?, all: () -> [(descriptor: Int32, standby: Standby)]
    ) -> Int32? {
        for isFresh in [false, true] {
            if isFresh {
                candidates = all().sorted { $0.standby < $1.standby }.prefix(Self.maximumCount).reversed()
            }
            while let candidate = candidates.popLast() {
                if present(candidate.descriptor) == candidate.standby { return candidate.descriptor }
            }
        }
        return nil
    }
}
