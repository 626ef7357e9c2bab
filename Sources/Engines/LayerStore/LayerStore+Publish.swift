internal import Digest
internal import Glibc
internal import LinuxSystem

/// Turns a finished workspace into a package. Its content is on disk when this begins.
extension LayerStore {
    /// Moves objects, zip, manifest and tree to their places, in this order, and syncs the names to disk.
    ///
    /// - Parameter placed: Receives the new objects, for the caller to remove when this fails.
    func publish(
        _ workspace: borrowing Workspace, _ digest: SHA256Digest, _ newObjects: [NewObject],
        _ placed: inout [ObjectName]
    ) throws(LayerStoreError) {
        let isNew = try asStoreError { () throws(SystemCallError) in
            try folders.trees.statusIfPresent(at: digest.path) == nil
        }
        do throws(LayerStoreError) {
            try placeObjects(newObjects, of: workspace, &placed)
            try didReach(.objectsPlaced)
            try place(Workspace.zipName, of: workspace, as: digest, in: folders.zips)
            try didReach(.zipPlaced)
            try place(Workspace.manifestName, of: workspace, as: digest, in: folders.manifests)
            try didReach(.manifestPlaced)
            // The tree last, because its presence means a complete package.
            try asStoreError { () throws(SystemCallError) in try placeTree(of: workspace, as: digest) }
            try didReach(.treePlaced)
            try syncToDisk()
            try didReach(.published)
        } catch {
            if isNew { withdraw(digest, to: workspace) }
            throw error
        }
    }

    /// Adds the tree's new objects to the store.
    private func placeObjects(
        _ newObjects: [NewObject], of workspace: borrowing Workspace, _ placed: inout [ObjectName]
    ) throws(LayerStoreError) {
        do throws(SystemCallError) {
            let tree = try workspace.folder.open(at: Workspace.treeName, [.read, .directory, .noFollow])
            for object in newObjects {
                let isNew = try objects.place(
                    object.name, size: object.size, from: tree, object.path, workspace: workspace.folder)
                if isNew { placed.append(object.name) }
            }
        } catch {
            throw .system(error)
        }
    }

    /// Moves a file to its place, and replaces a damaged one atomically.
    private func place(
        _ name: FilePath, of workspace: borrowing Workspace, as digest: SHA256Digest,
        in folder: borrowing FileDescriptor
    ) throws(LayerStoreError) {
        do throws(SystemCallError) {
            try folder.ensureDirectory(at: digest.folder)
            try workspace.folder.rename(at: name, to: folder, digest.path)
        } catch {
            throw .system(error)
        }
    }

    /// Moves the tree to its place. A damaged one is exchanged with it atomically, so that there always is one.
    private func placeTree(of workspace: borrowing Workspace, as digest: SHA256Digest) throws(SystemCallError) {
        try folders.trees.ensureDirectory(at: digest.folder)
        do throws(SystemCallError) {
            try workspace.folder.renameWithoutReplacing(at: Workspace.treeName, to: folders.trees, digest.path)
        } catch {
            guard error.number == EEXIST else { throw error }
            try workspace.folder.exchange(Workspace.treeName, with: folders.trees, digest.path)
        }
    }

    /// Removes the package's names after a failure, unless another pin holds the package.
    private func withdraw(_ digest: SHA256Digest, to workspace: borrowing Workspace) {
        pins.withSolePin(of: digest) {
            try? folders.trees.rename(at: digest.path, to: workspace.folder, "withdrawn")  // else the collector's
            try? folders.manifests.removeFile(at: digest.path)  // as above
            try? folders.zips.removeFile(at: digest.path)  // as above
        }
    }
}
