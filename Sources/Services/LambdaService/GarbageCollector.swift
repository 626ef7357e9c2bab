internal import Catalog
internal import LayerStore
internal import LinuxSystem
internal import ServiceKit

/// Removes the bytes that no row names, on the disk and in memory: what an interrupted publication, an update or a
/// deletion has left.
///
/// It works on a thread of its own, after the answer to whoever made the garbage: the bytes are already unreachable.
final class GarbageCollector: Sendable {
    private let catalog: Catalog
    private let layerStore: LayerStore
    private let queue: WorkQueue
    private let log: ServerLog

    init(catalog: Catalog, layerStore: LayerStore, log: ServerLog) throws(SystemCallError) {
        self.catalog = catalog
        self.layerStore = layerStore
        self.log = log
        // One collection runs, one may wait: whatever else is asked for meanwhile, the waiting one finds.
        queue = try WorkQueue(name: "garbage", threadCount: 1, capacity: 1)
    }

    /// Collects at the next opportunity.
    func collectSoon() {
        _ = queue.submit { [catalog, layerStore, log] in
            do {
                let collected = try layerStore.collectGarbage { try catalog.referencedDigests() }
                log.info(
                    "Unreferenced packages were collected",
                    ["packages": .integer(collected.packageCount), "objects": .integer(collected.objectCount)])
            } catch {
                // What could not be removed now is found again by the next collection.
                log.warning("Unreferenced packages could not be collected; the next collection retries", cause: error)
            }
            // Changes of functions take large buffers, each in the arena of the thread that it came to.
            HeapMemory.release()
        }
    }

    /// Ends what runs.
    func stop() {
        queue.close()
    }
}
