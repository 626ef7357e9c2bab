internal import CLinux
internal import Glibc

/// Waits for changes of files in folders, by inotify(7).
///
/// A watch is of directories, not of trees: after a change it is to be made again, for directories that are new.
public struct FolderWatch: ~Copyable {
    private let descriptor: FileDescriptor

    private static let events = UInt32(
        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF)

    /// Watches nothing yet.
    public init() throws(SystemCallError) {
        let number = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard number >= 0 else { throw SystemCallError("inotify_init1") }
        descriptor = FileDescriptor(owning: number)
    }

    /// Watches a file, or what is directly in a directory. What is watched already stays watched.
    public borrowing func add(_ path: String) throws(SystemCallError) {
        guard inotify_add_watch(descriptor.rawValue, path, Self.events) >= 0 else {
            throw SystemCallError("inotify_add_watch \(path)")
        }
    }

    /// Waits for the next change, and for a pause after it, so that what an editor or a checkout writes at once counts
    /// as one.
    ///
    /// - Returns: false when a signal that `hold` blocks is pending: time to end.
    public borrowing func awaitChange(
        pauseMilliseconds: Int32 = 5, hold: borrowing BlockedSignals
    ) -> Bool {
        var isChanged = false
        while true {
            if hold.isPending { return false }
            var event = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            if poll(&event, 1, isChanged ? pauseMilliseconds : Self.signalCheckMilliseconds) > 0 {
                isChanged = true
                var buffer = [UInt8](repeating: 0, count: 16_384)
                while Glibc.read(descriptor.rawValue, &buffer, buffer.count) > 0 {}
            } else if isChanged {
                return true
            }
        }
    }

    /// The interval of checks for a pending signal, in milliseconds.
    private static let signalCheckMilliseconds: Int32 = 100
}
