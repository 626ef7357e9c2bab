public import Digest
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// The result of a collection.
public struct CollectedGarbage: Hashable, Sendable {
    /// Removed packages, complete or not.
    public var packageCount = 0
    /// Removed objects.
    public var objectCount = 0
}

extension LayerStore {
    /// Removes packages that no row refers to, and objects that no tree has.
    ///
    /// Packages that are pinned by a `StoredPackage` or an ingest in flight are kept. One collection runs at a time;
    /// ingests and reads go on meanwhile.
    ///
    /// - Parameter referenced: Reads which packages the catalogue refers to. It is called once, after the collection
    ///   has begun, so that a package is either in its result or was pinned during the collection.
    public func collectGarbage(keeping referenced: () throws -> Set<SHA256Digest>) throws -> CollectedGarbage {
        try collecting.withLock { _ in
            pins.beginCollection()
            defer { pins.endCollection() }
            let kept = try referenced()
            let workspace = try makeWorkspace()
            defer {
                // On failure it is removed when the store is opened the next time.
                try? workspace.discard(from: folders.ingest)
            }
            var collected = CollectedGarbage()
            for digest in try storedDigests().subtracting(kept) where try remove(digest, to: workspace) {
                collected.packageCount += 1
            }
            // After the trees, whose links keep objects.
            try workspace.discard(from: folders.ingest)
            collected.objectCount = try objects.removeUnused()
            return collected
        }
    }

    /// Every digest that has a zip, a manifest or a tree.
    private func storedDigests() throws(SystemCallError) -> Set<SHA256Digest> {
        var digests: Set<SHA256Digest> = []
        try addDigests(in: folders.zips, to: &digests)
        try addDigests(in: folders.manifests, to: &digests)
        try addDigests(in: folders.trees, to: &digests)
        return digests
    }

    private func addDigests(
        in folder: borrowing FileDescriptor, to digests: inout Set<SHA256Digest>
    ) throws(SystemCallError) {
        for name in try folder.entryNames() {
            for entry in try folder.open(at: name, [.read, .directory, .noFollow]).entryNames() {
                if let digest = SHA256Digest(hex: entry.description) { digests.insert(digest) }
            }
        }
    }

    /// Removes a package's parts, each atomically, the tree first, because its presence means a complete package.
    private func remove(_ digest: SHA256Digest, to workspace: borrowing Workspace) throws(SystemCallError) -> Bool {
        let name = FilePath(digest.hex)
        var parts: [SystemCallError?] = []
        let removed = pins.removeUnlessPinned(digest) {
            parts = [
                Self.attempt { () throws(SystemCallError) in
                    try folders.trees.rename(at: digest.path, to: workspace.folder, name)
                },
                Self.attempt { () throws(SystemCallError) in try folders.manifests.removeFile(at: digest.path) },
                Self.attempt { () throws(SystemCallError) in try folders.zips.removeFile(at: digest.path) },
            ]
        }
        if let failure = parts.compactMap({ $0 }).first(where: { $0.number != ENOENT }) { throw failure }
        return removed
    }

    /// Runs a step and returns its error, so that the next steps run too.
    private static func attempt(_ body: () throws(SystemCallError) -> Void) -> SystemCallError? {
        do throws(SystemCallError) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}
