public import Digest

/// A stored zip and its unpacked tree.
///
/// The collector keeps the package while any copy of this value lives. Hold it until the row that refers to the package
/// is committed, and while an environment has the tree mounted.
public struct StoredPackage: Sendable {
    /// The SHA-256 of the zip, by which the package is found.
    public let digest: SHA256Digest
    /// Size of the zip, in bytes.
    public let zipBytes: Int
    /// Size of all its files together, in bytes.
    public let unzippedBytes: Int
    /// Its files, links and directories.
    public let entryCount: Int

    private let pin: PackagePin
    private let store: LayerStore

    init(
        _ digest: SHA256Digest, zipBytes: Int, _ manifest: TreeManifest, _ pin: PackagePin, in store: LayerStore
    ) {
        self.digest = digest
        self.zipBytes = zipBytes
        unzippedBytes = manifest.unzippedBytes
        entryCount = manifest.entryCount
        self.pin = pin
        self.store = store
    }

    /// The path of its tree, which stays while this value lives. Never write to it, because files are shared.
    public var treePath: String { store.treePath(of: digest) }

    /// The size of all files whose names end so, in bytes. Reads the disk.
    public func bytes(ofFilesEndingIn suffix: String) throws(LayerStoreError) -> Int {
        try store.manifest(of: digest).nodes.reduce(0) { sum, node in
            guard case .file(_, let size) = node.content, node.name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
            else { return sum }
            return sum + size
        }
    }

    /// Verifies all of it, see ``LayerStore/verify(_:)``.
    public func verify() throws(LayerStoreError) { try store.verify(digest) }
}
