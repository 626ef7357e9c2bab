internal import Digest
internal import LinuxSystem

extension FileDescriptor {
    /// The digest of the file's content, read in pieces.
    borrowing func contentDigest() throws(SystemCallError) -> SHA256Digest {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { buffer.deallocate() }
        var hasher = SHA256Hasher()
        var offset = 0
        while case let count = try read(into: buffer, at: offset), count > 0 {
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
            offset += count
        }
        return hasher.finalize()
    }

    /// Gives a written file the mode and time of an object, and starts writing it back to the disk.
    borrowing func finish(as name: ObjectName) throws(SystemCallError) {
        try setMode(name.mode)
        try setTimes(seconds: name.timeSeconds)
        startWriteback()
    }

    /// Whether the file has the mode, time, size and content that an object's name states.
    borrowing func isIntact(_ name: ObjectName, size: Int) throws(SystemCallError) -> Bool {
        let status = try status()
        guard status.kind == .file, status.size == size, status.mode == name.mode,
            status.modificationTimeSeconds == name.timeSeconds
        else { return false }
        return try contentDigest() == name.digest
    }
}
