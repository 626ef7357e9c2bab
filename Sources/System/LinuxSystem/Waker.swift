internal import CLinux
internal import Glibc

/// Wakes a thread that polls descriptors: a kernel counter that is readable while it is not 0 (eventfd(2)).
public struct Waker: ~Copyable, Sendable {
    private let counter: FileDescriptor

    /// Creates the counter at 0.
    public init() throws(SystemCallError) {
        counter = FileDescriptor(owning: eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)))
        guard counter.rawValue >= 0 else { throw SystemCallError("eventfd") }
    }

    /// The descriptor to poll. Readable from ``wake()`` until ``clear()``.
    public var descriptor: Int32 { counter.rawValue }

    /// Wakes the polling thread. May be called on any thread.
    public func wake() {
        var one: UInt64 = 1
        // Fails only when the counter is full: then a wake-up is pending already.
        _ = write(counter.rawValue, &one, MemoryLayout<UInt64>.size)
    }

    /// Consumes all pending wake-ups.
    public func clear() {
        var count: UInt64 = 0
        _ = read(counter.rawValue, &count, MemoryLayout<UInt64>.size)
    }
}
