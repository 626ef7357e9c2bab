internal import CLinux
internal import Glibc

/// What wakes a thread that waits for descriptors: a counter of the kernel that is readable once it was raised
/// (eventfd(2)).
public struct Waker: ~Copyable, Sendable {
    private let counter: FileDescriptor

    /// Makes one that nobody has raised.
    public init() throws(SystemCallError) {
        counter = FileDescriptor(owning: eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)))
        guard counter.rawValue >= 0 else { throw SystemCallError("eventfd") }
    }

    /// The descriptor to wait for. Readable from ``wake()`` until ``clear()``.
    public var descriptor: Int32 { counter.rawValue }

    /// Wakes whoever waits. May be called on any thread.
    public func wake() {
        var one: UInt64 = 1
        // A full counter means that a wake-up is under way already.
        _ = write(counter.rawValue, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes back all wake-ups so far.
    public func clear() {
        var count: UInt64 = 0
        _ = read(counter.rawValue, &count, MemoryLayout<UInt64>.size)
    }
}
