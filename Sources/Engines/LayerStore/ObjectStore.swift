internal import Glibc
internal import LinuxSystem

/// The objects: every file of every tree once, by content, mode and time.
///
/// There is no lock. An object without links may be collected at any moment; a linked one stays in its tree even when
/// it loses its own name. Each operation handles every state that it finds, and a race costs one redundant copy at
/// worst.
final class ObjectStore: Sendable {
    private let objects: FileDescriptor

    /// An object gets no more links than this; then a new copy replaces it. ext4 allows 65 000 names for one
    /// file, and a thousand packages easily hold as many empty `__init__.py`.
    private static let maximumLinkCount = 60_000

    init(in root: borrowing FileDescriptor) throws(SystemCallError) {
        objects = try StoreFolders.folder("objects", in: root)
    }

    /// Links an object into a tree.
    ///
    /// - Returns: Whether it was linked. It is not when there is no such object, when it has too many links, or when it
    ///   is damaged: a file's name does not prove its content, so the content is read and digested.
    func link(
        _ name: ObjectName, size: Int, to tree: borrowing FileDescriptor, _ path: FilePath
    ) throws(SystemCallError) -> Bool {
        guard try isUsable(name, size: size) else { return false }
        do throws(SystemCallError) {
            try objects.link(at: name.path, to: tree, path)
            return true
        } catch {
            guard error.number == ENOENT || error.number == EMLINK else { throw error }
            return false
        }
    }

    /// Makes a file of a tree an object. Its content must be on disk already.
    ///
    /// - Parameter workspace: A folder for a temporary name, when a damaged object must be replaced.
    /// - Returns: Whether the object is new.
    func place(
        _ name: ObjectName, size: Int, from tree: borrowing FileDescriptor, _ path: FilePath,
        workspace: borrowing FileDescriptor
    ) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            try objects.ensureDirectory(at: name.folder)
            try tree.link(at: path, to: objects, name.path)
            return true
        } catch {
            guard error.number == EEXIST else { throw error }
        }
        if try !isUsable(name, size: size) {
            try tree.link(at: path, to: workspace, "object")
            try workspace.rename(at: "object", to: objects, name.path)
        }
        return false
    }

    /// Removes an object that no tree has.
    ///
    /// - Returns: Whether it was removed.
    func removeIfUnused(_ path: FilePath) throws(SystemCallError) -> Bool {
        guard let status = try objects.statusIfPresent(at: path), status.linkCount == 1 else { return false }
        // A tree that links to it at this moment keeps the file, which is then not shared any more.
        try objects.removeFile(at: path)
        return true
    }

    /// Removes every object that no tree has.
    ///
    /// - Returns: How many there were.
    func removeUnused() throws(SystemCallError) -> Int {
        var count = 0
        for folder in try objects.entryNames() {
            for name in try objects.open(at: folder, [.read, .directory, .noFollow]).entryNames() {
                if try removeIfUnused(folder.appending(name)) { count += 1 }
            }
        }
        return count
    }

    /// Whether an object exists, is intact and can have another link.
    private func isUsable(_ name: ObjectName, size: Int) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            let file = try objects.open(beneath: name.path, [.read, .noFollow])
            guard try file.status().linkCount < Self.maximumLinkCount else { return false }
            return try file.isIntact(name, size: size)
        } catch {
            // Missing, not a file, or unreadable: a new copy repairs all of these.
            guard [ENOENT, ELOOP, EISDIR, EACCES, EIO].contains(error.number) else { throw error }
            return false
        }
    }
}
