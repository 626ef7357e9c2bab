internal import Archive
internal import Digest
internal import LinuxSystem

extension LayerStore {
    /// Stores a zip and its tree. When it returns, both are on disk and survive a power failure.
    ///
    /// The same zip again costs a check of what is there, and mends it. On any error nothing is left behind.
    public func ingest(_ zip: [UInt8], limits: TreeLimits = .aws) throws(LayerStoreError) -> StoredPackage {
        try ingest(.bytes(zip), limits)
    }

    /// Stores the zip in a file, of which a copy is made.
    public func ingest(file path: String, limits: TreeLimits = .aws) throws(LayerStoreError) -> StoredPackage {
        let file = try asStoreError { () throws(SystemCallError) in try FileDescriptor.open(FilePath(path), .read) }
        return try ingest(.file(file), limits)
    }

    /// Begins a package whose bytes are still to come. They go straight to the disk; a draft that is let go, or that a
    /// crash leaves, leaves nothing behind.
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
            // What cannot be removed now is removed when the store opens next.
            try? workspace.discard(from: folders.ingest)
            throw .system(error)
        }
    }

    /// Stores what was written to a draft, as any other zip. Nothing can be written to it afterwards.
    public func ingest(_ draft: PackageDraft, limits: TreeLimits = .aws) throws(LayerStoreError) -> StoredPackage {
        var placed: [ObjectName] = []
        do throws(LayerStoreError) {
            let taken = try asStoreError { () throws(SystemCallError) in try draft.finish() }
            let package = try ingest(taken, limits, in: draft.workspace, &placed)
            draft.discard()
            return package
        } catch {
            // The workspace first: it has names for the objects, and only objects without other names are removed.
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

    private func ingest(
        _ taken: PackageDraft.Content, _ limits: TreeLimits, in workspace: borrowing Workspace,
        _ placed: inout [ObjectName]
    ) throws(LayerStoreError) -> StoredPackage {
        try didReach(.zipCopied)
        let pin = pins.pin(taken.digest)
        if let package = try intactPackage(taken.digest) { return package }
        let (manifest, newObjects) = try unpack(workspace, limits)
        try didReach(.unpacked)
        // The first wait for the disk: no name may appear before what it stands for is there.
        try asStoreError { () throws(SystemCallError) in try workspace.write(manifest) }
        try syncToDisk()
        try didReach(.durable)
        try publish(workspace, taken.digest, newObjects, &placed)
        return StoredPackage(taken.digest, zipBytes: taken.byteCount, manifest, pin)
    }

    /// Decides the whole tree from the headers, then writes it below the workspace.
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
        let buffers = ZipBuffers()
        var linkTargets: [Int: [UInt8]] = [:]
        do throws(ArchiveError) {
            for (index, entry) in reader.entries.enumerated()
            where entry.kind == .symbolicLink && entry.size < TreePath.longestPath {
                linkTargets[index] = try reader.content(of: index, using: buffers)
            }
        } catch {
            throw LayerStoreError(error)
        }
        do throws(ZipRefusal) {
            return try TreePlan(reader.entries, linkTargets: linkTargets, limits: limits)
        } catch {
            throw .refused(error)
        }
    }

    private func removeUnused(_ placed: [ObjectName]) {
        // An object that stays is found by the collector.
        for name in placed { _ = try? objects.removeIfUnused(name.path) }
    }
}
