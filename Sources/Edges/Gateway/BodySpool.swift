internal import LinuxSystem
internal import Synchronization

/// Where bodies of clients are while they arrive: short ones in memory, and the others in files without names, so that
/// what clients send slowly, or never complete, takes no memory.
package final class BodySpool: Sendable {
    /// A body that grows longer goes to the disk, in bytes. So does a shorter one where memory's share is used up.
    static let memoryBytes = 1 << 20
    /// Bytes of bodies in memory, of all clients.
    private static let totalMemoryBytes = 256 << 20
    /// Bytes of bodies on the disk, of all clients: one account may send twenty-eight of the longest packages at once.
    private static let totalDiskBytes = 4 << 30
    /// More than there are connections, each of which waits for one write.
    private static let waitingWrites = 8_192

    private let folder: FileDescriptor
    private let writers: WorkQueue
    private let memory: Mutex<BodyBudget>
    private let disk: Mutex<BodyBudget>
    private let nextFile = Atomic(0)

    /// Uses the folder `bodies` of another one, and makes it where it does not exist. Removes what a crash has left.
    package convenience init(in root: String) throws {
        try self.init(in: root, memoryBytes: Self.totalMemoryBytes, diskBytes: Self.totalDiskBytes)
    }

    /// Has other limits, for a test.
    init(in root: String, memoryBytes: Int, diskBytes: Int) throws {
        memory = Mutex(BodyBudget(capacity: memoryBytes))
        disk = Mutex(BodyBudget(capacity: diskBytes))
        let root = try FileDescriptor.open(FilePath(root), [.read, .directory])
        try root.ensureDirectory(at: "bodies")
        folder = try root.open(at: "bodies", [.read, .directory, .noFollow])
        for name in try folder.entryNames() { try folder.removeTree(at: name) }
        writers = try WorkQueue(name: "bodies", threadCount: 2, capacity: Self.waitingWrites)
    }

    /// Writes what waits, and ends.
    func stop() { writers.close() }

    /// Lets a thread that may wait do some work; `false` where too much waits.
    func submit(_ work: @escaping @Sendable () -> Void) -> Bool { writers.submit(work) }

    /// A file that is gone when it is closed.
    func makeFile() throws(SystemCallError) -> FileDescriptor {
        let name = FilePath(String(nextFile.add(1, ordering: .relaxed).oldValue))
        let file = try folder.open(at: name, [.readWrite, .create, .exclusive, .noFollow])
        try folder.removeFile(at: name)
        return file
    }

    /// What a body takes, and gives back when it is gone.
    func reserveMemory(_ bytes: Int, for share: BodyBudget.Share) -> Bool {
        memory.withLock { $0.reserve(bytes, for: share) }
    }

    func releaseMemory(_ bytes: Int, of share: BodyBudget.Share) { memory.withLock { $0.release(bytes, of: share) } }

    func reserveDisk(_ bytes: Int, for share: BodyBudget.Share) -> Bool {
        disk.withLock { $0.reserve(bytes, for: share) }
    }

    func releaseDisk(_ bytes: Int, of share: BodyBudget.Share) { disk.withLock { $0.release(bytes, of: share) } }
}
