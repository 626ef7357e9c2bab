internal import Catalog
internal import LayerStore
internal import LinuxSystem

/// Removes packages that no row refers to, from the disk and from memory: those that an interrupted publication, an
/// update or a deletion leaves behind.
///
/// It runs on its own thread; requests do not wait for it: the bytes are unreachable already.
final class GarbageCollector: Sendable {
    private let catalog: Catalog
    private let layerStore: LayerStore
    private let queue: WorkQueue

    init(catalog: Catalog, layerStore: LayerStore) throws(SystemCallError) {
        self.catalog = catalog
        self.layerStore = layerStore
        // Capacity 1 coalesces requests: one collection runs, and one is queued, which finds all later garbage.
        queue = try WorkQueue(name: "garbage", threadCount: 1, capacity: 1)
    }

    /// Collects at the next opportunity.
    func collectSoon() {
        _ = queue.submit { [catalog, layerStore] in
            // Garbage that could not be removed is found again by the next collection.
            _ = try? layerStore.collectGarbage { try catalog.referencedDigests() }
            // Uploads of packages take large buffers, each in the malloc arena of its thread.
            HeapMemory.release()
        }
    }

    /// Performs the queued collection, and ends.
    func stop() {
        queue.close()
    }
}
