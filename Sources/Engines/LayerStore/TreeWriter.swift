internal import Archive
internal import Digest
internal import Dispatch
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Writes a planned tree into an empty folder, with several threads.
///
/// Directories first, then files, symbolic links last: while files are written there is no link to follow. A file whose
/// object exists is linked to it and not written.
final class TreeWriter: Sendable {
    /// The state that the threads share.
    private struct Progress {
        var nextFile = 0
        /// The object of each file, by its node.
        var names: [Int: ObjectName] = [:]
        /// The first node of this tree that has an object, and whether the object is new to the store.
        var places: [ObjectName: (node: Int, isNew: Bool)] = [:]
        var failure: LayerStoreError?
    }

    private let plan: TreePlan
    private let reader: ZipReader
    private let workspace: FileDescriptor
    private let tree: FileDescriptor
    private let objects: ObjectStore
    private let files: [(node: Int, file: TreePlan.PlannedFile)]
    private let keepsSourceTimes: Bool
    private let progress = Mutex(Progress())

    /// Files up to this size are unpacked in memory, so that stored ones are never written.
    private static let smallFileBytes = 256 << 10
    /// More threads than this would only wait for the disk.
    private static let maximumWorkerCount = 4

    /// Prepares to write below `tree`, an empty directory in `workspace`.
    init(
        _ plan: TreePlan, from reader: consuming ZipReader, workspace: consuming FileDescriptor,
        tree: consuming FileDescriptor, sharing objects: ObjectStore
    ) {
        self.plan = plan
        self.reader = reader
        self.workspace = workspace
        self.tree = tree
        self.objects = objects
        files = plan.nodes.enumerated().compactMap { id, node in
            if case .file(let file) = node.content { (id, file) } else { nil }
        }
        keepsSourceTimes = files.contains { plan.nodes[$0.node].name.ends(with: ".pyc") }
    }

    /// Writes the tree; afterwards every entry has its final mode and time.
    ///
    /// - Returns: The manifest, and the objects of the tree that the store does not have.
    func write() throws(LayerStoreError) -> (manifest: TreeManifest, newObjects: [NewObject]) {
        try asStoreError { () throws(SystemCallError) in try makeDirectories() }
        try unpackFiles()
        try checkRepeatedFiles()
        try asStoreError { () throws(SystemCallError) in try finishDirectories() }
        return progress.withLock { progress in
            let new = progress.places.filter(\.value.isNew).map { name, place in
                NewObject(name: name, size: size(of: place.node), path: FilePath(plan.path(of: place.node)))
            }
            return (manifest(progress.names), new)
        }
    }

    private func makeDirectories() throws(SystemCallError) {
        for (id, node) in plan.nodes.enumerated().dropFirst() {
            if case .directory = node.content { try tree.makeDirectory(at: FilePath(plan.path(of: id))) }
        }
    }

    /// Makes the symbolic links, and sets the directories' modes.
    private func finishDirectories() throws(SystemCallError) {
        for (id, node) in plan.nodes.enumerated() {
            let path = id == 0 ? "." : FilePath(plan.path(of: id))
            switch node.content {
            case .link(let target): try tree.makeSymbolicLink(at: path, target: FilePath(target))
            case .directory(let mode): try tree.open(beneath: path, [.read, .directory]).setMode(mode)
            case .file: break
            }
        }
    }

    private func unpackFiles() throws(LayerStoreError) {
        let workerCount = min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), Self.maximumWorkerCount, files.count)
        DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
            let buffers = ZipBuffers()
            while let next = takeFile() {
                do throws(LayerStoreError) {
                    try unpack(files[next].node, files[next].file, buffers)
                } catch {
                    progress.withLock { $0.failure = $0.failure ?? error }
                }
            }
        }
        if let failure = progress.withLock({ $0.failure }) { throw failure }
    }

    /// Takes the next file to write; `nil` at the end and after a failure.
    private func takeFile() -> Int? {
        progress.withLock { progress in
            guard progress.failure == nil, progress.nextFile < files.count else { return nil }
            defer { progress.nextFile += 1 }
            return progress.nextFile
        }
    }

    private func unpack(
        _ node: Int, _ file: TreePlan.PlannedFile, _ buffers: borrowing ZipBuffers
    ) throws(LayerStoreError) {
        let temporaryName = FilePath("file-\(node)")
        let name: ObjectName
        if file.size <= Self.smallFileBytes {
            let content = try content(of: file.entry, buffers)
            name = objectName(SHA256Digest(hashing: content), file, node)
            if try asStoreError({ () throws(SystemCallError) in try linkExisting(name, as: node) }) { return }
            try asStoreError { () throws(SystemCallError) in try write(content, to: temporaryName, as: name) }
        } else {
            let digest = try stream(file.entry, to: temporaryName, buffers)
            name = objectName(digest, file, node)
            try asStoreError { () throws(SystemCallError) in
                try workspace.open(at: temporaryName, [.read, .noFollow]).finish(as: name)
            }
        }
        try asStoreError { () throws(SystemCallError) in try moveIntoTree(temporaryName, name, as: node) }
    }

    private func content(of entry: Int, _ buffers: borrowing ZipBuffers) throws(LayerStoreError) -> [UInt8] {
        do throws(ArchiveError) {
            return try reader.content(of: entry, using: buffers)
        } catch {
            throw LayerStoreError(error)
        }
    }

    private func write(_ content: [UInt8], to temporaryName: FilePath, as name: ObjectName) throws(SystemCallError) {
        let output = try create(temporaryName)
        try output.write(all: content)
        try output.finish(as: name)
    }

    private func create(_ temporaryName: FilePath) throws(SystemCallError) -> FileDescriptor {
        try workspace.open(at: temporaryName, [.write, .create, .exclusive, .noFollow])
    }

    /// Unpacks a large file to a temporary name in pieces, and returns its digest.
    private func stream(
        _ entry: Int, to temporaryName: FilePath, _ buffers: borrowing ZipBuffers
    ) throws(LayerStoreError) -> SHA256Digest {
        var hasher = SHA256Hasher()
        let output = try asStoreError { () throws(SystemCallError) in try create(temporaryName) }
        do throws(ArchiveError) {
            try reader.unpack(entry, using: buffers) { piece throws(SystemCallError) in
                hasher.update(piece)
                try output.write(all: piece)
            }
        } catch {
            throw LayerStoreError(error)
        }
        return hasher.finalize()
    }

    /// Links a node to an object that this tree or the store has. Returns whether there is one.
    private func linkExisting(_ name: ObjectName, as node: Int) throws(SystemCallError) -> Bool {
        let path = FilePath(plan.path(of: node))
        if let place = progress.withLock({ $0.places[name] }) {
            guard try linkInTree(from: place.node, to: path) else { return false }
        } else {
            guard try objects.link(name, size: size(of: node), to: tree, path) else { return false }
            progress.withLock { if $0.places[name] == nil { $0.places[name] = (node, false) } }
        }
        progress.withLock { $0.names[node] = name }
        return true
    }

    /// Moves a written file to its path in the tree, unless another thread has written the same object first.
    private func moveIntoTree(_ temporaryName: FilePath, _ name: ObjectName, as node: Int) throws(SystemCallError) {
        let path = FilePath(plan.path(of: node))
        while true {
            let seen = progress.withLock { $0.places[name]?.node }
            if try linkExisting(name, as: node) { return try workspace.removeFile(at: temporaryName) }
            // Renamed under the lock, otherwise two threads with one object would both be first. When `seen` is a file
            // with the maximum of links, this one replaces it.
            let isFirst = try progress.withLock { progress throws(SystemCallError) in
                guard progress.places[name]?.node == seen else { return false }
                try workspace.rename(at: temporaryName, to: tree, path)
                progress.names[node] = name
                progress.places[name] = (node, true)
                return true
            }
            if isFirst { return }
        }
    }

    /// Links a node's file to another path of the tree; false at the file system's limit of links.
    private func linkInTree(from node: Int, to path: FilePath) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            try tree.link(at: FilePath(plan.path(of: node)), to: tree, path)
            return true
        } catch {
            guard error.number == EMLINK else { throw error }
            return false
        }
    }

    /// Checks that entries that repeat a file have the same content.
    private func checkRepeatedFiles() throws(LayerStoreError) {
        let buffers = ZipBuffers()
        for (node, entry) in plan.repeatedFiles {
            var hasher = SHA256Hasher()
            do throws(ArchiveError) {
                try reader.unpack(entry, using: buffers) { piece throws(SystemCallError) in hasher.update(piece) }
            } catch {
                throw LayerStoreError(error)
            }
            let (digest, first) = (hasher.finalize(), progress.withLock { $0.names[node]?.digest })
            guard digest == first else {
                let path = reader.entries[entry].displayPath
                throw .refused(ZipRefusal(.conflict, path: path, "two different entries with one name"))
            }
        }
    }

    private func objectName(_ digest: SHA256Digest, _ file: TreePlan.PlannedFile, _ node: Int) -> ObjectName {
        let keepsTime = keepsSourceTimes && plan.nodes[node].name.ends(with: ".py")
        return ObjectName(
            digest: digest, mode: file.mode, keptTimeSeconds: keepsTime ? file.modificationTimeSeconds : nil)
    }

    private func size(of node: Int) -> Int {
        if case .file(let file) = plan.nodes[node].content { file.size } else { 0 }
    }

    private func manifest(_ names: [Int: ObjectName]) -> TreeManifest {
        TreeManifest(
            nodes: plan.nodes.enumerated().map { id, node in
                let content: TreeManifest.Content =
                    switch node.content {
                    case .directory(let mode): .directory(mode: mode)
                    case .link(let target): .link(target: target)
                    case .file(let file):
                        if let name = names[id] {
                            .file(name, size: file.size)
                        } else {
                            preconditionFailure("a written tree has a file that was not unpacked")
                        }
                    }
                return TreeManifest.Node(parent: node.parent, name: node.name, content: content)
            })
    }
}

/// A file of a tree that becomes a new object.
struct NewObject {
    let name: ObjectName
    let size: Int
    /// Its path in the tree.
    let path: FilePath
}

extension [UInt8] {
    /// Whether a file's name ends in a suffix.
    func ends(with suffix: String) -> Bool { self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
}
