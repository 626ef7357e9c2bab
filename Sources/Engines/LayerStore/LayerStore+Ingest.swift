internal import Archive
internal import Digest
internal import LinuxSystem

extension LayerStore {
    /// Stores a zip and its tree. When it returns, both are on disk and survive a power failure.
    ///
    /// Storing the same zip again verifies the stored package and repairs it. On any error nothing is left behind.
    public func ingest(_ zip: [UInt8], limits: TreeLimits = .aws) throws(LayerStoreError) -> StoredPackage {
        try ingest(.bytes(zip), limits)
    }

    /// Stores a copy of the zip in a file.
    public func ingest(file path: String, limits: TreeLimits = .aws) throws(LayerStoreError) -> StoredPackage {
        let file = try asStoreError { () throws(SystemCallError) in try FileDescriptor.open(FilePath(path), .read) }
        return try ingest(.file(file), limits)
    }

    /// Begins a package that is written piece by piece, straight to the disk. A draft that is released, or left by a
    /// crash, leaves nothing behind.
    public func makeDraft() throws(LayerStoreError) -> PackageDraft {
        let ingest = try asStoreError { () throws(SystemCallError) in
            try folders.ingest.open(at: ".", [.read, .directory])
        }
        let workspace = try makeWorkspace()
        let file = try makeZip(in: workspace)
        let draft = PackageDraft(workspace, file, in: ingest)
        try didReach(.began)
        return draft
    }

    private func makeZip(in workspace: borrowing Workspace) throws(LayerStoreError) -> FileDescriptor {
        do throws(SystemCallError) { return try workspace.makeZip() } catch {
            // On failure it is removed when the store is opened the next time.
            try? workspace.discard(from: folders.ingest)
            throw .system(error)
        }
    }

    /// Stores the zip that was written to a draft. Nothing can be written to it afterwards.
    public func ingest(_ draft: PackageDraft, limits: TreeLimits = .aws) throws(LayerStoreError) -> StoredPackage {
        var placed: [ObjectName] = []
        do throws(LayerStoreError) {
            let content = try asStoreError { () throws(SystemCallError) in try draft.finish() }
            let package = try ingest(content, limits, in: draft.workspace, &placed)
            draft.discard()
            return package
        } catch {
            // The workspace first: it links to the objects, and only objects without other links are removed.
            draft.discard()
            removeUnused(placed)
            throw error
        }
    }

    private func ingest(_ source: borrowing ZipSource, _ limits: TreeLimits) throws(LayerStoreError) -> StoredPackage {
        let draft = try makeDraft()
        do throws(SystemCallError) {
            try source.forEachPiece { piece throws(SystemCallError) in try draft.write(piece) }
        } catch {
            throw .system(error)
        }
        return try ingest(draft, limits: limits)
    }

    /// Checks, unpacks and publishes a copied zip, unless an intact package of it is stored.
    private func ingest(
        _ content: PackageDraft.Content, _ limits: TreeLimits, in workspace: borrowing Workspace,
        _ placed: inout [ObjectName]
    ) throws(LayerStoreError) -> StoredPackage {
        try didReach(.zipCopied)
        let pin = pins.pin(content.digest)
        if let package = try intactPackage(content.digest) { return package }
        let (manifest, newObjects) = try unpack(workspace, limits)
        try didReach(.unpacked)
        // The first sync: content must be on disk before a name refers to it.
        try asStoreError { () throws(SystemCallError) in try workspace.write(manifest) }
        try syncToDisk()
        try didReach(.durable)
        try publish(workspace, content.digest, newObjects, &placed)
        return StoredPackage(content.digest, zipBytes: content.byteCount, manifest, pin, in: self)
    }

    /// Plans the whole tree from the headers, then writes it in the workspace.
    private func unpack(
        _ workspace: borrowing Workspace, _ limits: TreeLimits
    ) throws(LayerStoreError) -> (manifest: TreeManifest, newObjects: [NewObject]) {
        let reader = try workspace.zip(maximumEntryCount: limits.entryCount)
        let plan = try plan(reader, limits)
        try didReach(.planned)
        let writer: TreeWriter
        do throws(SystemCallError) {
            let tree = try workspace.makeTree()
            writer = TreeWriter(plan, from: reader, workspace: try workspace.reopen(), tree: tree, sharing: objects)
        } catch {
            throw .system(error)
        }
        return try writer.write()
    }

    private func plan(_ reader: borrowing ZipReader, _ limits: TreeLimits) throws(LayerStoreError) -> TreePlan {
        let linkTargets = try linkTargets(reader, limits)
        do throws(ZipRefusal) {
            return try TreePlan(reader.entries, linkTargets: linkTargets, limits: limits)
        } catch {
            throw .refused(error)
        }
    }

    /// The contents of the symbolic links, by their entries. Links are short, but a zip may have as many as it has
    /// entries: what they unpack to is limited before the plan counts it.
    private func linkTargets(
        _ reader: borrowing ZipReader, _ limits: TreeLimits
    ) throws(LayerStoreError) -> [Int: [UInt8]] {
        let buffers = ZipBuffers()
        var targets: [Int: [UInt8]] = [:]
        var bytesLeft = limits.unzippedBytes
        for (index, entry) in reader.entries.enumerated()
        where entry.kind == .symbolicLink && entry.size < TreePath.longestPath {
            bytesLeft -= entry.size
            guard bytesLeft >= 0 else { throw .refused(.tooLarge(limits)) }
            do throws(ArchiveError) { targets[index] = try reader.content(of: index, using: buffers) } catch {
                throw LayerStoreError(error)
            }
        }
        return targets
    }

    /// Removes the objects that a failed ingest has added.
    private func removeUnused(_ placed: [ObjectName]) {
        // On failure the object is left to the collector.
        for name in placed { _ = try? objects.removeIfUnused(name.path) }
    }
}
