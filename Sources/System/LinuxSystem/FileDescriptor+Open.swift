internal import CLinux
internal import Glibc

extension FileDescriptor {
    /// Opens a path from the working directory or the root (open(2)); tries again when a signal interrupts.
    ///
    /// - Parameter mode: Permission bits of a file that is made, less the process's umask.
    public static func open(
        _ path: FilePath, _ flags: FileOpenFlags, mode: UInt32 = 0o600
    ) throws(SystemCallError) -> FileDescriptor {
        try opened("open", path) { Glibc.open($0, flags.rawValue | O_CLOEXEC, mode) }
    }

    /// Opens a path relative to this directory (openat(2)).
    public borrowing func open(
        at path: FilePath, _ flags: FileOpenFlags, mode: UInt32 = 0o600
    ) throws(SystemCallError) -> FileDescriptor {
        let number = rawValue
        return try Self.opened("openat", path) { Glibc.openat(number, $0, flags.rawValue | O_CLOEXEC, mode) }
    }

    /// Opens a path below this directory that passes through no symbolic link and no `..` (openat2(2)).
    ///
    /// For paths that others chose: it fails with `ELOOP` or `EXDEV` instead of leaving the directory.
    public borrowing func open(
        beneath path: FilePath, _ flags: FileOpenFlags, mode: UInt32 = 0o600
    ) throws(SystemCallError) -> FileDescriptor {
        let number = rawValue
        let bits = UInt64(flags.rawValue | O_CLOEXEC)
        // openat2 refuses a mode when nothing is made; open and openat ignore it.
        let mode = flags.contains(.create) ? mode : 0
        return try Self.opened("openat2", path) { clinux_open_beneath(number, $0, bits, mode) }
    }

    private static func opened(
        _ call: String, _ path: FilePath, _ body: (UnsafePointer<CChar>) -> Int32
    ) throws(SystemCallError) -> FileDescriptor {
        while true {
            let number = try path.withCString(call, body)
            if number >= 0 { return FileDescriptor(owning: number) }
            if errno != EINTR { throw SystemCallError("\(call) \(path)") }
        }
    }
}
