internal import Glibc

/// What reading a pipe gave.
public enum PipeContent: Sendable {
    /// Bytes.
    case bytes([UInt8])
    /// Nothing at the moment.
    case nothing
    /// Nothing for ever: every writer has closed it, or it cannot be read.
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

    /// How many bytes are in a pipe at this moment (FIONREAD, pipe(7)); 0 where that cannot be told.
    public static func waitingBytes(_ descriptor: Int32) -> Int {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }
}
