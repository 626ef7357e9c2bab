internal import CLinux
internal import Glibc

extension FileDescriptor {
    /// Reads available bytes, at most the buffer's size; 0 at the end (read(2), retried on EINTR).
    public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemCallError) -> Int {
        let number = rawValue
        return try Self.count("read") { Glibc.read(number, buffer.baseAddress, buffer.count) }
    }

    /// Reads at an offset without moving the file position (pread(2)); 0 at the end.
    public borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(SystemCallError) -> Int {
        let number = rawValue
        return try Self.count("pread") { Glibc.pread(number, buffer.baseAddress, buffer.count, offset) }
    }

    /// Reads `count` bytes at an offset; fewer only at the end of the file.
    public borrowing func bytes(count: Int, at offset: Int) throws(SystemCallError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let number = rawValue
            let got = try Self.count("pread") {
                bytes.withUnsafeMutableBytes { buffer in
                    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                    return Glibc.pread(number, rest.baseAddress, rest.count, offset + filled)
                }
            }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Writes the whole buffer (write(2), repeated until all bytes are written).
    public borrowing func write(all buffer: UnsafeRawBufferPointer) throws(SystemCallError) {
        if let failure = Self.failureWriting(buffer, to: rawValue) { throw failure }
    }

    /// Writes all bytes.
    public borrowing func write(all bytes: [UInt8]) throws(SystemCallError) {
        let number = rawValue
        if let failure = bytes.withUnsafeBytes({ Self.failureWriting($0, to: number) }) { throw failure }
    }

    /// Writes all bytes at an offset without moving the file position (pwrite(2)).
    public borrowing func write(all bytes: [UInt8], at offset: Int) throws(SystemCallError) {
        var done = 0
        while done < bytes.count {
            let number = rawValue
            done += try Self.count("pwrite") {
                bytes.withUnsafeBytes { buffer in
                    let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                    return Glibc.pwrite(number, rest.baseAddress, rest.count, offset + done)
                }
            }
        }
    }

    /// Returns when everything written to the descriptor's file system is on disk (syncfs(2)).
    ///
    /// One call for thousands of files; since Linux 5.8 it reports write errors as fsync(2) does.
    public borrowing func synchronizeFileSystem() throws(SystemCallError) {
        guard clinux_sync_filesystem(rawValue) == 0 else { throw SystemCallError("syncfs") }
    }

    /// Asks the kernel to start writing the file to disk, so that a later `synchronizeFileSystem` waits less
    /// (sync_file_range(2)). A hint: the later call reports any failure.
    public borrowing func startWriteback() {
        _ = clinux_start_writeback(rawValue)
    }

    /// Writes the whole buffer; the error that stopped it, or `nil`. A result rather than a throw, because closures
    /// passed to `withUnsafeBytes` cannot throw typed errors.
    private static func failureWriting(_ buffer: UnsafeRawBufferPointer, to number: Int32) -> SystemCallError? {
        var rest = buffer
        while !rest.isEmpty {
            let count = Glibc.write(number, rest.baseAddress, rest.count)
            if count < 0, errno != EINTR { return SystemCallError("write") }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(count, 0)))
        }
        return nil
    }

    /// The count that a call returns; retried on EINTR.
    private static func count(_ call: String, _ body: () -> Int) throws(SystemCallError) -> Int {
        while true {
            let count = body()
            if count >= 0 { return count }
            if errno != EINTR { throw SystemCallError(call) }
        }
    }
}
