public import Digest
public import LinuxSystem
internal import Synchronization

/// What tests do at a step: nothing, fail as a disk would, or look.
package typealias IngestObserver = @Sendable (IngestStep) throws(SystemCallError) -> Void

/// The durable bytes: published zips as they came, and their trees, which share every file that they have in common.
///
/// Below the root: `zips/ab/<sha256>` as it came; `objects/ab/<sha256>.<mode>[.<time>]`, each file once;
/// `trees/ab/<sha256 of the zip>/…`, hard links to objects; `manifests/ab/<sha256 of the zip>`, what the tree must
/// hold; `ingest/`, work in progress, emptied when the store opens. One process may have a store open (`FileLock`);
/// within it, any thread may call anything at any time.
public final class LayerStore: Sendable {
    let folders: StoreFolders
    let objects: ObjectStore
    let pins = PinBoard()
    private let observe: IngestObserver
    private let syncsToDisk: Bool
    /// Held by the one collection that runs.
    let collecting = Mutex(())
    private let rootPath: String
    private let nextWorkspace = Atomic(0)

    /// Opens a store, which is made when it is not there; its parent folder must be. Removes what an interrupted ingest
    /// left.
    public convenience init(root: String) throws(LayerStoreError) {
        try self.init(root: root, syncsToDisk: true) { _ throws(SystemCallError) in }
    }

    /// Opens a store for a test: its ingests report their steps, and need not wait for the disk.
    package init(
        root: String, syncsToDisk: Bool, observe: @escaping IngestObserver
    ) throws(LayerStoreError) {
        self.observe = observe
        self.syncsToDisk = syncsToDisk
        rootPath = root
        do throws(SystemCallError) {
            let folders = try StoreFolders(root: FilePath(root))
            objects = try ObjectStore(in: folders.root)
            for name in try folders.ingest.entryNames() { try folders.ingest.removeTree(at: name) }
            self.folders = folders
        } catch {
            throw .system(error)
        }
    }

    /// Where a package's tree is. The path is fit for mounting read-only, never for writing: files are shared.
    public func treePath(of digest: SHA256Digest) -> String { "\(rootPath)/trees/\(digest.path)" }

    /// Opens a package's tree as a directory, to mount it or to look into it.
    public func openTree(_ digest: SHA256Digest) throws(LayerStoreError) -> FileDescriptor {
        try found(digest) { () throws(SystemCallError) in
            try folders.trees.open(beneath: digest.path, [.read, .directory])
        }
    }

    /// Opens a package's zip for reading: the bytes that were published.
    public func openZip(_ digest: SHA256Digest) throws(LayerStoreError) -> FileDescriptor {
        try found(digest) { () throws(SystemCallError) in try folders.zips.open(beneath: digest.path, [.read]) }
    }

    /// Looks up a package that was ingested before, and keeps it from the collector while the value lives.
    public func package(_ digest: SHA256Digest) throws(LayerStoreError) -> StoredPackage {
        let pin = pins.pin(digest)
        let manifest = try manifest(of: digest)
        let zip = try openZip(digest)
        return StoredPackage(
            digest, zipBytes: try asStoreError { () throws(SystemCallError) in try zip.status().size }, manifest, pin)
    }

    /// Returns when all that was written is on disk.
    func syncToDisk() throws(LayerStoreError) {
        guard syncsToDisk else { return }
        try asStoreError { () throws(SystemCallError) in try folders.root.synchronizeFileSystem() }
    }

    /// Tells a test where an ingest is.
    func didReach(_ step: IngestStep) throws(LayerStoreError) {
        try asStoreError { () throws(SystemCallError) in try observe(step) }
    }

    /// A workspace of its own for every ingest.
    func makeWorkspace() throws(LayerStoreError) -> Workspace {
        let number = nextWorkspace.add(1, ordering: .relaxed).oldValue
        return try asStoreError { () throws(SystemCallError) in try Workspace(number: number, in: folders.ingest) }
    }
}
