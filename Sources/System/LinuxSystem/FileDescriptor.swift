internal import Glibc

/// An open file descriptor with one owner. It is closed when its owner goes away.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number that the kernel knows the open file by. Valid for as long as this value lives.
    public let rawValue: Int32

    /// Takes ownership of a descriptor that a system call just returned.
    public init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        // Linux releases the descriptor even when close(2) reports EINTR, so there is nothing to try again.
        _ = Glibc.close(rawValue)
    }

    /// Gives the descriptor away: the receiver of the number closes it.
    public consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }
}
