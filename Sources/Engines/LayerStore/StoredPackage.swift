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

    init(_ digest: SHA256Digest, zipBytes: Int, _ manifest: TreeManifest, _ pin: PackagePin) {
        self.digest = digest
        self.zipBytes = zipBytes
        unzippedBytes = manifest.unzippedBytes
        entryCount = manifest.entryCount
        self.pin = pin
    }
}
