internal import Glibc

/// An open file descriptor with one owner, closed when the value's lifetime ends.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The descriptor's number. Valid for the lifetime of this value.
    public let rawValue: Int32

    /// Takes ownership of a descriptor.
    public init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        // Linux releases the descriptor even when close(2) reports EINTR, so it must not be retried.
        _ = Glibc.close(rawValue)
    }

    /// Gives up ownership; the caller must close the returned descriptor.
    public consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }
}
