public import Digest
internal import Glibc
public import LinuxSystem
internal import Synchronization

/// Packs of bytecode on disk, one file for each package and interpreter: what a sandbox has written, and the SHA-256 of
/// that at the end.
///
/// Below the root: `packs/ab/<tree>.<interpreter>`, and `ingest/`, which is emptied when the store opens. The content
/// is opaque here: it comes from a sandbox that has compiled untrusted sources, and goes to sandboxes that run the
/// same sources. Everything here can be made again, so what is damaged is removed. Safe on any thread.
public final class BytecodeStore: Sendable {
    private let packs: FileDescriptor
    private let ingest: FileDescriptor
    private let root: String
    private let nextDraft = Atomic(0)
    /// The packs whose digest was right when this process looked the first time.
    private let verified = Mutex<Set<BytecodeKey>>([])

    /// Opens a store, and creates it when it does not exist; its parent folder must exist.
    public init(root: String) throws(SystemCallError) {
        self.root = root
        try FileDescriptor.open(".", [.read, .directory]).ensureDirectory(at: FilePath(root))
        let folder = try FileDescriptor.open(FilePath(root), [.read, .directory])
        try folder.ensureDirectory(at: "packs")
        try folder.ensureDirectory(at: "ingest")
        packs = try folder.open(at: "packs", [.read, .directory, .noFollow])
        ingest = try folder.open(at: "ingest", [.read, .directory, .noFollow])
        for name in try ingest.entryNames() { try ingest.removeTree(at: name) }
    }

    /// The path of an intact pack, to be mounted read-only; `nil` where there is none.
    ///
    /// The first call for a pack reads all of it: not for serving threads.
    public func path(of key: BytecodeKey) -> String? {
        if !verified.withLock({ $0.contains(key) }) {
            guard isIntact(key) else { return nil }
            verified.withLock { _ = $0.insert(key) }
        }
        return "\(root)/packs/\(Self.folder(of: key))/\(key.fileName)"
    }

    /// Begins a pack. A draft that is released, or left by a crash, leaves nothing behind.
    public func makeDraft() throws(SystemCallError) -> PackDraft {
        let name = FilePath(String(nextDraft.add(1, ordering: .relaxed).oldValue))
        let file = try ingest.open(at: name, [.write, .create, .exclusive, .noFollow])
        return PackDraft(file, name, in: try ingest.open(at: ".", [.read, .directory]))
    }

    /// Puts a finished draft in its place, complete or not at all, and removes the tree's packs for interpreters that
    /// are not here any more.
    ///
    /// - Parameter current: the interpreters that are here.
    public func place(
        _ draft: PackDraft, as key: BytecodeKey, current: Set<InterpreterIdentity>
    ) throws(SystemCallError) {
        let folder = FilePath(Self.folder(of: key))
        try packs.ensureDirectory(at: folder)
        try draft.finish()
        try ingest.rename(at: draft.name, to: packs, folder.appending(FilePath(key.fileName)))
        verified.withLock { _ = $0.insert(key) }
        try remove(in: folder) { $0.tree == key.tree && !current.contains($0.interpreter) }
    }

    /// Removes the packs of trees that are gone.
    ///
    /// - Parameter exists: whether a tree is stored.
    public func removePacks(unless exists: (SHA256Digest) -> Bool) throws(SystemCallError) {
        for folder in try packs.entryNames() { try remove(in: folder) { !exists($0.tree) } }
    }

    private func remove(in folder: FilePath, _ isObsolete: (BytecodeKey) -> Bool) throws(SystemCallError) {
        for name in try packs.open(at: folder, [.read, .directory, .noFollow]).entryNames() {
            guard let key = BytecodeKey(fileName: name.description), isObsolete(key) else { continue }
            verified.withLock { _ = $0.remove(key) }
            try packs.removeFile(at: folder.appending(name))
        }
    }

    /// Reads a pack and compares its digest; removes one that is damaged.
    private func isIntact(_ key: BytecodeKey) -> Bool {
        let path = FilePath("\(Self.folder(of: key))/\(key.fileName)")
        do throws(SystemCallError) {
            let file = try packs.open(beneath: path, [.read, .noFollow])
            if try Self.hasItsDigest(file) { return true }
            try packs.removeFile(at: path)
        } catch {
            // Missing or unreadable: the functions run without it.
        }
        return false
    }

    private static func hasItsDigest(_ file: borrowing FileDescriptor) throws(SystemCallError) -> Bool {
        let count = try file.status().size - digestBytes
        guard count > 0 else { return false }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var hasher = SHA256Hasher()
        var offset = 0
        while offset < count {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(count - offset))
            let got = try file.read(into: wanted, at: offset)
            guard got > 0 else { return false }
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(got)))
            offset += got
        }
        let digest = hasher.finalize()
        return try file.bytes(count: digestBytes, at: count) == digest.bytes
    }

    private static let digestBytes = 32

    /// The tree's first two digits, so that no directory grows without bound.
    private static func folder(of key: BytecodeKey) -> String { String(key.tree.hex.prefix(2)) }
}

/// A pack that is being written. Use it on one thread at a time.
public final class PackDraft {
    let name: FilePath
    private let folder: FileDescriptor
    private let file: FileDescriptor
    private var hasher: SHA256Hasher? = SHA256Hasher()
    /// How many bytes were written so far.
    public private(set) var byteCount = 0

    init(_ file: consuming FileDescriptor, _ name: FilePath, in folder: consuming FileDescriptor) {
        self.file = file
        self.name = name
        self.folder = folder
    }

    /// Removes the file unless it has got its place.
    deinit { try? folder.removeFile(at: name) }  // on failure it is removed when the store is opened the next time

    /// Appends bytes.
    public func write(_ bytes: [UInt8]) throws(SystemCallError) {
        bytes.withUnsafeBytes { hasher?.update($0) }
        byteCount += bytes.count
        try file.write(all: bytes)
    }

    /// Adds the digest, and writes everything to the disk. Environments run as other users, who may read it.
    func finish() throws(SystemCallError) {
        guard let hasher = hasher.take() else { throw SystemCallError("write", errno: EBADF) }
        try file.write(all: hasher.finalize().bytes)
        try file.setMode(0o644)
        guard fsync(file.rawValue) == 0 else { throw SystemCallError("fsync") }
    }
}
