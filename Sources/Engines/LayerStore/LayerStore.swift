public import Digest
public import LinuxSystem
internal import Synchronization

/// Called at each step of an ingest. Tests inspect the store there, or throw as a failing disk would.
package typealias IngestObserver = @Sendable (IngestStep) throws(SystemCallError) -> Void

/// The durable bytes: published zips, unchanged, and their unpacked trees, which share identical files.
///
/// Below the root: `zips/ab/<sha256>`, unchanged; `objects/ab/<sha256>.<mode>[.<time>]`, each file once;
/// `trees/ab/<sha256 of the zip>/…`, hard links to objects; `manifests/ab/<sha256 of the zip>`, the manifest of the
/// tree; `ingest/`, work in progress, emptied when the store opens. One process may have a store open (`FileLock`);
/// within it, any thread may call anything at any time.
public final class LayerStore: Sendable {
    let folders: StoreFolders
    let objects: ObjectStore
    let pins = PinBoard()
    private let observe: IngestObserver
    private let syncsToDisk: Bool
    /// Held by the running collection.
    let collecting = Mutex(())
    private let rootPath: String
    private let nextWorkspace = Atomic(0)

    /// Opens a store, and creates it when it does not exist; its parent folder must exist. Removes the remains of an
    /// interrupted ingest.
    public convenience init(root: String) throws(LayerStoreError) {
        try self.init(root: root, syncsToDisk: true) { _ throws(SystemCallError) in }
    }

    /// Opens a store for a test: its ingests report their steps, and need not sync to disk.
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

    /// The path of a package's tree. Mount it read-only; never write to it, because files are shared.
    public func treePath(of digest: SHA256Digest) -> String { "\(rootPath)/trees/\(digest.path)" }

    /// Opens a package's tree as a directory, to mount or to read it.
    public func openTree(_ digest: SHA256Digest) throws(LayerStoreError) -> FileDescriptor {
        try found(digest) { () throws(SystemCallError) in
            try folders.trees.open(beneath: digest.path, [.read, .directory])
        }
    }

    /// Whether a package's tree is stored, or something that keeps it from being looked up.
    public func hasTree(_ digest: SHA256Digest) -> Bool {
        do throws(LayerStoreError) {
            _ = try openTree(digest)
            return true
        } catch {
            return error != .notFound(digest)
        }
    }

    /// Opens a package's zip for reading: the bytes that were published.
    public func openZip(_ digest: SHA256Digest) throws(LayerStoreError) -> FileDescriptor {
        try found(digest) { () throws(SystemCallError) in try folders.zips.open(beneath: digest.path, [.read]) }
    }

    /// Looks up a stored package, and pins it while the value lives.
    public func package(_ digest: SHA256Digest) throws(LayerStoreError) -> StoredPackage {
        let pin = pins.pin(digest)
        let manifest = try manifest(of: digest)
        let zip = try openZip(digest)
        return StoredPackage(
            digest, zipBytes: try asStoreError { () throws(SystemCallError) in try zip.status().size }, manifest, pin,
            in: self)
    }

    /// Syncs the file system: when it returns, everything written before is on disk.
    func syncToDisk() throws(LayerStoreError) {
        guard syncsToDisk else { return }
        try asStoreError { () throws(SystemCallError) in try folders.root.synchronizeFileSystem() }
    }

    /// Reports a step of an ingest to the observer.
    func didReach(_ step: IngestStep) throws(LayerStoreError) {
        try asStoreError { () throws(SystemCallError) in try observe(step) }
    }

    /// Makes a new workspace for an ingest or a collection.
    func makeWorkspace() throws(LayerStoreError) -> Workspace {
        let number = nextWorkspace.add(1, ordering: .relaxed).oldValue
        return try asStoreError { () throws(SystemCallError) in try Workspace(number: number, in: folders.ingest) }
    }
}
