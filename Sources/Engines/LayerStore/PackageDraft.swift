internal import Digest
internal import Glibc
public import LinuxSystem

/// A zip that is being written, in a workspace of its own. Its content is not checked before it is ingested.
///
/// Use it on one thread at a time. The workspace is removed with the draft.
public final class PackageDraft {
    /// The content of a finished draft.
    struct Content {
        let digest: SHA256Digest
        let byteCount: Int
    }

    let workspace: Workspace
    /// The folder of all workspaces.
    private let ingest: FileDescriptor
    private let file: FileDescriptor
    private var hasher: SHA256Hasher? = SHA256Hasher()
    /// How many bytes were written so far.
    public private(set) var byteCount = 0
    private var isDiscarded = false

    init(_ workspace: consuming Workspace, _ file: consuming FileDescriptor, in ingest: consuming FileDescriptor) {
        self.workspace = workspace
        self.file = file
        self.ingest = ingest
    }

    deinit { discard() }

    /// Appends bytes to the zip, and to its digest.
    public func write(_ piece: UnsafeRawBufferPointer) throws(SystemCallError) {
        hasher?.update(piece)
        byteCount += piece.count
        try file.write(all: piece)
    }

    /// Ends the zip, and returns the digest and size of what was written.
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
        // On failure it is removed when the store is opened the next time; the ingest's own result matters more.
        try? workspace.discard(from: ingest)
    }
}
