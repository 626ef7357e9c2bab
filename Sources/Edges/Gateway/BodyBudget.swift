internal import Domain

/// Bytes of bodies that are there, of all clients. A pure value.
///
/// An account may have more while it has no more than are free: one takes half at most, the next one half of the rest.
/// Nothing proves that a body whose signature is known only at its end is of the account that it names, so such ones
/// have a share of their own: the identifier of a key alone does not take the share of its owner.
struct BodyBudget: Sendable {
    /// Whose bytes they are.
    struct Share: Hashable, Sendable {
        let account: AccountID
        /// Whether the request's head is verified, or needs no signature.
        let isVerified: Bool
    }

    private let capacity: Int
    private(set) var total = 0
    private var held: [Share: Int] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// Counts bytes; `false`, without counting them, where the share is used up.
    mutating func reserve(_ bytes: Int, for share: Share) -> Bool {
        let held = held[share] ?? 0
        guard held + bytes <= capacity - total else { return false }
        self.held[share] = held + bytes
        total += bytes
        return true
    }

    /// Releases counted bytes.
    mutating func release(_ bytes: Int, of share: Share) {
        guard bytes > 0, let held = held[share] else { return }
        total -= bytes
        self.held[share] = held > bytes ? held - bytes : nil
    }
}
