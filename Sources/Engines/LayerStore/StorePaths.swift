internal import Digest
internal import LinuxSystem

/// The paths of a package's parts below their folders: `ab/<sha256>`, so that no directory grows without bound.
extension SHA256Digest {
    /// The folder: the first two digits.
    var folder: FilePath { FilePath(hex.prefix(2)) }
    /// The path below `zips/`, `manifests/` or `trees/`.
    var path: FilePath { folder.appending(FilePath(hex)) }
}

/// The open folders of a store.
struct StoreFolders: ~Copyable, Sendable {
    let root: FileDescriptor
    let ingest: FileDescriptor
    let zips: FileDescriptor
    let manifests: FileDescriptor
    let trees: FileDescriptor

    /// Opens the folders, and creates those that are missing.
    ///
    /// Only the server may enter them: trees have the modes of their zips, world-writable files included, and objects
    /// are shared between functions.
    init(root path: FilePath) throws(SystemCallError) {
        try Self.makeRoot(path)
        let root = try FileDescriptor.open(path, [.read, .directory])
        try root.setMode(0o700)
        let ingest = try Self.folder("ingest", in: root)
        let zips = try Self.folder("zips", in: root)
        let manifests = try Self.folder("manifests", in: root)
        let trees = try Self.folder("trees", in: root)
        self.root = root
        self.ingest = ingest
        self.zips = zips
        self.manifests = manifests
        self.trees = trees
    }

    private static func makeRoot(_ path: FilePath) throws(SystemCallError) {
        let here = try FileDescriptor.open(".", [.read, .directory])
        try here.ensureDirectory(at: path)
    }

    /// Opens a folder of the store, and creates it when it is missing.
    static func folder(
        _ name: FilePath, in root: borrowing FileDescriptor
    ) throws(SystemCallError) -> FileDescriptor {
        try root.ensureDirectory(at: name)
        return try root.open(at: name, [.read, .directory, .noFollow])
    }
}
