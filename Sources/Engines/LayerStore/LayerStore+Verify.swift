public import Digest
internal import Glibc
internal import LinuxSystem

extension LayerStore {
    /// Verifies a whole package: the zip's digest, and every file's digest, mode and time.
    ///
    /// - Throws: `.notFound`, or `.damaged` with the first file that differs from what was published.
    public func verify(_ digest: SHA256Digest) throws(LayerStoreError) {
        let zip = try openZip(digest)
        guard try asStoreError({ () throws(SystemCallError) in try zip.contentDigest() }) == digest else {
            throw .damaged(digest, path: "")
        }
        try verifyTree(of: digest, manifest(of: digest))
    }

    /// The stored package when it is intact; `nil` when it must be ingested (again).
    func intactPackage(_ digest: SHA256Digest) throws(LayerStoreError) -> StoredPackage? {
        do throws(LayerStoreError) {
            try verify(digest)
            return try package(digest)
        } catch {
            switch error {
            case .notFound, .damaged: return nil
            case .refused, .system: throw error
            }
        }
    }

    /// The manifest of a package's tree.
    func manifest(of digest: SHA256Digest) throws(LayerStoreError) -> TreeManifest {
        let file = try found(digest) { () throws(SystemCallError) in
            try folders.manifests.open(beneath: digest.path, [.read])
        }
        let bytes = try asStoreError { () throws(SystemCallError) in try file.bytes(count: file.status().size, at: 0) }
        guard let manifest = TreeManifest(bytes) else { throw .damaged(digest, path: "") }
        return manifest
    }

    /// Runs work on a part of a package; `ENOENT` becomes `.notFound`.
    func found<Result: ~Copyable>(
        _ digest: SHA256Digest, _ body: () throws(SystemCallError) -> Result
    ) throws(LayerStoreError) -> Result {
        do throws(SystemCallError) {
            return try body()
        } catch {
            throw error.number == ENOENT ? .notFound(digest) : .system(error)
        }
    }

    private func verifyTree(of digest: SHA256Digest, _ manifest: TreeManifest) throws(LayerStoreError) {
        let tree = try openTree(digest)
        var paths: [FilePath] = []
        var childCounts = [Int](repeating: 0, count: manifest.nodes.count)
        for node in manifest.nodes.dropFirst() { childCounts[node.parent] += 1 }
        for (id, node) in manifest.nodes.enumerated() {
            let path = Self.path(of: node, id, below: paths)
            paths.append(path)
            guard try isIntact(node.content, at: path, childCount: childCounts[id], in: tree) else {
                throw .damaged(digest, path: path.description)
            }
        }
    }

    private static func path(of node: TreeManifest.Node, _ id: Int, below paths: [FilePath]) -> FilePath {
        if id == 0 { return "." }
        return node.parent == 0 ? FilePath(node.name) : paths[node.parent].appending(FilePath(node.name))
    }

    /// Whether an entry of the tree is what the manifest states.
    private func isIntact(
        _ content: TreeManifest.Content, at path: FilePath, childCount: Int, in tree: borrowing FileDescriptor
    ) throws(LayerStoreError) -> Bool {
        do throws(SystemCallError) {
            switch content {
            case .directory(let mode):
                let directory = try tree.open(beneath: path, [.read, .directory])
                let (status, names) = (try directory.status(), try directory.entryNames())
                return status.mode == mode && names.count == childCount
            case .file(let name, let size): return try tree.open(beneath: path, [.read]).isIntact(name, size: size)
            case .link(let target): return try tree.target(ofSymbolicLinkAt: path).bytes == target
            }
        } catch {
            // Missing, of another kind, or unreadable: all of these are damage.
            let damage = [ENOENT, ENOTDIR, ELOOP, EXDEV, EISDIR, EINVAL, EACCES, EIO].contains(error.number)
            guard damage else { throw .system(error) }
            return false
        }
    }
}
