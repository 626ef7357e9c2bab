internal import CLinux
internal import Glibc

extension FileDescriptor {
    /// Opens a path relative to the working directory, or an absolute one (open(2), retried on EINTR).
    ///
    /// - Parameter mode: Permission bits of a created file; the umask applies.
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

    /// Opens a path below this directory without following any symbolic link or leaving it by `..` (openat2(2)).
    ///
    /// For untrusted paths: it fails with `ELOOP` or `EXDEV` instead of leaving the directory.
    public borrowing func open(
        beneath path: FilePath, _ flags: FileOpenFlags, mode: UInt32 = 0o600
    ) throws(SystemCallError) -> FileDescriptor {
        let number = rawValue
        let bits = UInt64(flags.rawValue | O_CLOEXEC)
        // openat2 refuses a mode without O_CREAT; open and openat ignore it.
        let mode = flags.contains(.create) ? mode : 0
        return try Self.opened("openat2", path) { clinux_open_beneath(number, $0, bits, mode) }
    }

    /// An anonymous file in memory with this content, for a child to read (memfd_create(2)). `name` shows in /proc.
    package static func memoryFile(_ name: String, content bytes: [UInt8]) throws(SystemCallError) -> FileDescriptor {
        let number = clinux_memory_file(name)
        guard number >= 0 else { throw SystemCallError("memfd_create") }
        let file = FileDescriptor(owning: number)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw SystemCallError("write memfd")
            }
            written += count
        }
        return file
    }

    /// Opens `/dev/null` for reading, for a child's standard input.
    package static func null() throws(SystemCallError) -> FileDescriptor {
        let number = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw SystemCallError("open /dev/null") }
        return FileDescriptor(owning: number)
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
