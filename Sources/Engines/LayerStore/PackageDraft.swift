internal import Digest
internal import Glibc
public import LinuxSystem

/// A zip on its way into the store: what was written of it so far is in a folder of its own, and believed by nobody.
///
/// One thread at a time. When the draft goes away, so does the folder.
public final class PackageDraft {
    /// What a finished draft holds.
    struct Content {
        let digest: SHA256Digest
        let byteCount: Int
    }

    let workspace: Workspace
    /// The folder of all workspaces.
    private let ingest: FileDescriptor
    private let file: FileDescriptor
    private var hasher: SHA256Hasher? = SHA256Hasher()
    /// How much was written so far.
    public private(set) var byteCount = 0
    private var isDiscarded = false

    init(_ workspace: consuming Workspace, _ file: consuming FileDescriptor, in ingest: consuming FileDescriptor) {
        self.workspace = workspace
        self.file = file
        self.ingest = ingest
    }

    deinit { discard() }

    /// Adds bytes to the zip's end, digesting them on the way.
    public func write(_ piece: UnsafeRawBufferPointer) throws(SystemCallError) {
        hasher?.update(piece)
        byteCount += piece.count
        try file.write(all: piece)
    }

    /// Ends the zip, and says what was written, whatever it is called where it comes from.
    func finish() throws(SystemCallError) -> Content {
        guard let hasher = hasher.take() else { throw SystemCallError("write zip", errno: EBADF) }
        file.startWriteback()
        guard try file.status().size == byteCount else { throw SystemCallError("write zip", errno: EIO) }
        return Content(digest: hasher.finalize(), byteCount: byteCount)
    }

    /// Removes the folder with everything in it.
    func discard() {
        guard !isDiscarded else { return }
        isDiscarded = true
        // What cannot be removed now is removed when the store opens next; the ingest's own outcome matters more.
        try? workspace.discard(from: ingest)
    }
}
