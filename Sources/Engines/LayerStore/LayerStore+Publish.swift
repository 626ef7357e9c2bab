internal import Digest
internal import Glibc
internal import LinuxSystem

/// How a finished workspace becomes a package. Everything in it is on disk when this begins.
extension LayerStore {
    /// Gives objects, zip, manifest and tree their names, in this order, and waits until the names are on disk.
    ///
    /// - Parameter placed: Gets the objects that are new, for the caller to remove when this fails.
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
            // The tree last, because it stands for the whole.
            try asStoreError { () throws(SystemCallError) in try placeTree(of: workspace, as: digest) }
            try didReach(.treePlaced)
            try syncToDisk()
            try didReach(.published)
        } catch {
            if isNew { withdraw(digest, to: workspace) }
            throw error
        }
    }

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

    /// Moves a file to its place; a damaged one that was there is replaced in the same step.
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

    /// Moves the tree to its place; a damaged one that was there changes places with it, so that there always is one.
    private func placeTree(of workspace: borrowing Workspace, as digest: SHA256Digest) throws(SystemCallError) {
        try folders.trees.ensureDirectory(at: digest.folder)
        do throws(SystemCallError) {
            try workspace.folder.renameWithoutReplacing(at: Workspace.treeName, to: folders.trees, digest.path)
        } catch {
            guard error.number == EEXIST else { throw error }
            try workspace.folder.exchange(Workspace.treeName, with: folders.trees, digest.path)
        }
    }

    /// Takes back names after a failure, unless somebody else relies on the package already.
    private func withdraw(_ digest: SHA256Digest, to workspace: borrowing Workspace) {
        pins.withSolePin(of: digest) {
            try? folders.trees.rename(at: digest.path, to: workspace.folder, "withdrawn")  // else the collector's
            try? folders.manifests.removeFile(at: digest.path)  // what stays for want of a working disk, too
            try? folders.zips.removeFile(at: digest.path)  // and this
        }
    }
}
