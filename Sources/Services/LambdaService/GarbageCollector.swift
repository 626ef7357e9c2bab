internal import Catalog
internal import LayerStore
internal import LinuxSystem

/// Removes the bytes that no row names, on the disk and in memory: what an interrupted publication, an update or a
/// deletion has left.
///
/// It works on a thread of its own, after the answer to whoever made the garbage: the bytes are already unreachable.
final class GarbageCollector: Sendable {
    private let catalog: Catalog
    private let layerStore: LayerStore
    private let queue: WorkQueue

    init(catalog: Catalog, layerStore: LayerStore) throws(SystemCallError) {
        self.catalog = catalog
        self.layerStore = layerStore
        // One collection runs, one may wait: whatever else is asked for meanwhile, the waiting one finds.
        queue = try WorkQueue(name: "garbage", threadCount: 1, capacity: 1)
    }

    /// Collects at the next opportunity.
    func collectSoon() {
        _ = queue.submit { [catalog, layerStore] in
            // What could not be removed now is found again by the next collection.
            _ = try? layerStore.collectGarbage { try catalog.referencedDigests() }
            // Changes of functions take large buffers, each in the arena of the thread that it came to.
            HeapMemory.release()
        }
    }

    /// Ends what runs.
    func stop() {
        queue.close()
    }
}
