internal import Catalog
internal import FunctionExecution
internal import LayerStore
internal import LinuxSystem
internal import ServiceKit

/// Removes packages that no row refers to, from the disk and from memory: those that an interrupted publication, an
/// update or a deletion leaves behind.
///
/// It runs on its own thread; requests do not wait for it: the bytes are unreachable already.
final class GarbageCollector: Sendable {
    private let catalog: Catalog
    private let layerStore: LayerStore
    private let bytecode: BytecodeCompiler?
    private let queue: WorkQueue
    private let log: ServerLog

    init(
        catalog: Catalog, layerStore: LayerStore, bytecode: BytecodeCompiler?, log: ServerLog
    ) throws(SystemCallError) {
        self.catalog = catalog
        self.layerStore = layerStore
        self.bytecode = bytecode
        self.log = log
        // Capacity 1 coalesces requests: one collection runs, and one is queued, which finds all later garbage.
        queue = try WorkQueue(name: "garbage", threadCount: 1, capacity: 1)
    }

    /// Collects at the next opportunity.
    func collectSoon() {
        _ = queue.submit { [catalog, layerStore, bytecode, log] in
            do {
                let collected = try layerStore.collectGarbage { try catalog.referencedDigests() }
                // After the trees: bytecode goes with its tree.
                try bytecode?.collectGarbage { layerStore.hasTree($0) }
                log.info(
                    "Unreferenced packages were collected",
                    ["packages": .integer(collected.packageCount), "objects": .integer(collected.objectCount)])
            } catch {
                // Garbage that could not be removed is found again by the next collection.
                log.warning("Unreferenced packages could not be collected; the next collection retries", cause: error)
            }
            // Uploads of packages take large buffers, each in the malloc arena of its thread.
            HeapMemory.release()
        }
    }

    /// Performs the queued collection, and ends.
    func stop() {
        queue.close()
    }
}
