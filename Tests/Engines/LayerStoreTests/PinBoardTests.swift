import Digest
import Glibc
import Synchronization
import Testing

@testable import LayerStore

/// Pins go away on serving threads, which must not wait for the disk.
@Suite struct PinBoardTests {
    private let board = PinBoard()
    private let removed = SHA256Digest(hashing: [1])
    private let kept = SHA256Digest(hashing: [2])

    @Test func `pins of other packages come and go while a package is being removed`() {
        board.beginCollection()
        let wasRemoved = board.removeUnlessPinned(removed) {
            // Under a lock that is held across the removal, either would wait for ever.
            _ = board.pin(kept)
        }
        #expect(wasRemoved)
        board.endCollection()
    }

    @Test func `a package is pinned only when its removal has ended`() throws {
        board.beginCollection()
        let isRemoved = Mutex(false)
        var waiting = pthread_t()
        let pinning = Pinning(board: board, digest: removed, isRemoved: { isRemoved.withLock { $0 } })
        let wasRemoved = board.removeUnlessPinned(removed) {
            pthread_create(
                &waiting, nil,
                { Unmanaged<Pinning>.fromOpaque($0!).takeUnretainedValue().run(); return nil },  // passed right below
                Unmanaged.passUnretained(pinning).toOpaque())
            while !pinning.hasStarted.load(ordering: .acquiring) { sched_yield() }
            isRemoved.withLock { $0 = true }
        }
        #expect(wasRemoved)
        pthread_join(waiting, nil)
        let sawRemoval = pinning.sawRemoval.load(ordering: .acquiring)
        #expect(sawRemoval)
        board.endCollection()
    }

    @Test func `a package that was pinned during a collection is not removed`() {
        board.beginCollection()
        _ = board.pin(kept)
        #expect(!board.removeUnlessPinned(kept) {})
        board.endCollection()
    }

    private final class Pinning: Sendable {
        let hasStarted = Atomic(false)
        let sawRemoval = Atomic(false)
        private let board: PinBoard
        private let digest: SHA256Digest
        private let isRemoved: @Sendable () -> Bool

        init(board: PinBoard, digest: SHA256Digest, isRemoved: @escaping @Sendable () -> Bool) {
            self.board = board
            self.digest = digest
            self.isRemoved = isRemoved
        }

        func run() {
            hasStarted.store(true, ordering: .releasing)
            let pin = board.pin(digest)
            sawRemoval.store(isRemoved(), ordering: .releasing)
            withExtendedLifetime(pin) {}
        }
    }
}
