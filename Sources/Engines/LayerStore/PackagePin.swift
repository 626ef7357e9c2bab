internal import Digest
internal import Synchronization

/// The pins of packages that are in use apart from the catalogue: those being ingested, and those of `StoredPackage`
/// values. The collector checks it before it removes a package.
final class PinBoard: Sendable {
    /// The pins, by package.
    private struct State {
        var counts: [SHA256Digest: Int] = [:]
        /// Every package that was pinned at any moment of the running collection; `nil` when none runs.
        var seenByCollection: Set<SHA256Digest>?
        /// The package that is being removed or replaced; it cannot be pinned meanwhile.
        var exclusive: SHA256Digest?
    }

    private let state = Mutex(State())
    /// Held while a package is removed or replaced on disk. Only threads that may wait take it: a pin that goes away on
    /// a serving thread takes `state` alone, which is never held across I/O.
    private let exclusive = Mutex(())

    /// Keeps a package from the collector until the pin goes away. Waits while the package is being removed.
    func pin(_ digest: SHA256Digest) -> PackagePin {
        while !pinUnlessExclusive(digest) { exclusive.withLock { _ in } }
        return PackagePin(digest, on: self)
    }

    private func pinUnlessExclusive(_ digest: SHA256Digest) -> Bool {
        state.withLock { state in
            guard state.exclusive != digest else { return false }
            state.counts[digest, default: 0] += 1
            state.seenByCollection?.insert(digest)
            return true
        }
    }

    /// From now until `endCollection`, remembers pins even after their release: a package that was pinned, committed to
    /// the catalogue and released after the collector read the catalogue is in neither, and must be kept.
    func beginCollection() {
        state.withLock { $0.seenByCollection = Set($0.counts.keys) }
    }

    /// Forgets the pins that `beginCollection` made it remember.
    func endCollection() {
        state.withLock { $0.seenByCollection = nil }
    }

    /// Runs `remove` unless the package was pinned during this collection. It cannot be pinned meanwhile.
    func removeUnlessPinned(_ digest: SHA256Digest, _ remove: () -> Void) -> Bool {
        alone(with: digest, if: { $0.seenByCollection?.contains(digest) == false }, remove)
    }

    /// Runs `body` when the caller's pin is the only one. The package cannot be pinned meanwhile.
    func withSolePin(of digest: SHA256Digest, _ body: () -> Void) {
        _ = alone(with: digest, if: { $0.counts[digest] == 1 }, body)
    }

    /// Runs `body`, which may wait for the disk, while the package cannot be pinned.
    private func alone(with digest: SHA256Digest, if isFree: (State) -> Bool, _ body: () -> Void) -> Bool {
        exclusive.withLock { _ in
            let begins = state.withLock { state in
                guard isFree(state) else { return false }
                state.exclusive = digest
                return true
            }
            guard begins else { return false }
            body()
            state.withLock { $0.exclusive = nil }
            return true
        }
    }

    fileprivate func unpin(_ digest: SHA256Digest) {
        state.withLock { state in
            let count = state.counts[digest, default: 1] - 1
            state.counts[digest] = count > 0 ? count : nil
        }
    }
}

/// Keeps one package from the collector for as long as it lives.
final class PackagePin: Sendable {
    private let digest: SHA256Digest
    private let board: PinBoard

    fileprivate init(_ digest: SHA256Digest, on board: PinBoard) {
        self.digest = digest
        self.board = board
    }

    deinit {
        board.unpin(digest)
    }
}
