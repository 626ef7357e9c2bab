internal import Digest
internal import Synchronization

/// Which packages are in use right now, whatever the catalogue says: those being ingested, and those that some
/// `StoredPackage` value still speaks of. The collector asks it before it removes anything.
final class PinBoard: Sendable {
    private struct State {
        var counts: [SHA256Digest: Int] = [:]
        /// Every package that was pinned at any moment of the running collection; `nil` when none runs.
        var seenByCollection: Set<SHA256Digest>?
    }

    private let state = Mutex(State())

    /// Keeps a package from the collector until the pin goes away.
    func pin(_ digest: SHA256Digest) -> PackagePin {
        state.withLock { state in
            state.counts[digest, default: 0] += 1
            state.seenByCollection?.insert(digest)
        }
        return PackagePin(digest, on: self)
    }

    /// From now until `endCollection`, remembers pins even after they are gone: a package that was pinned, committed to
    /// the catalogue and released after the collector read the catalogue is in neither, and must stay.
    func beginCollection() {
        state.withLock { $0.seenByCollection = Set($0.counts.keys) }
    }

    /// Ends what `beginCollection` began.
    func endCollection() {
        state.withLock { $0.seenByCollection = nil }
    }

    /// Runs `remove` unless the package was pinned during this collection. Nobody can pin it meanwhile.
    func removeUnlessPinned(_ digest: SHA256Digest, _ remove: () -> Void) -> Bool {
        state.withLock { state in
            guard state.seenByCollection?.contains(digest) == false else { return false }
            remove()
            return true
        }
    }

    /// Runs `body` when the caller's pin is the only one. Nobody can pin the package meanwhile.
    func withSolePin(of digest: SHA256Digest, _ body: () -> Void) {
        state.withLock { state in
            if state.counts[digest] == 1 { body() }
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
