internal import Glibc

/// The result of reading a non-blocking pipe.
public enum PipeContent: Sendable {
    /// Bytes.
    case bytes([UInt8])
    /// The pipe is empty; a writer may still write.
    case nothing
    /// End of file: every writer has closed the pipe. Or the pipe cannot be read.
    case ended

    /// Reads up to 64 KiB, the default capacity of a pipe (pipe(7)), from a non-blocking descriptor.
    public static func read(_ descriptor: Int32) -> PipeContent {
        var status = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            status = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            count = max(0, status)
        }
        if status > 0 { return .bytes(bytes) }
        return status < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .ended
    }

    /// The number of unread bytes in a pipe (FIONREAD, pipe(7)); 0 when the kernel cannot tell.
    public static func waitingBytes(_ descriptor: Int32) -> Int {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }
}
