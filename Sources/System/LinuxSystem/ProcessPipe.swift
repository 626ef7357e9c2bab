internal import CLinux
internal import Glibc

/// A pipe for the output of a child process; both ends are close-on-exec.
package struct ProcessPipe: ~Copyable {
    /// The read end, non-blocking.
    package let readEnd: FileDescriptor
    /// The write end, for the child; blocking, as programs expect of their standard output.
    package let writeEnd: FileDescriptor

    /// Creates a pipe (pipe2(2)).
    package init() throws(SystemCallError) {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw SystemCallError("pipe2") }
        // The flag belongs to the open file description, and each end has its own.
        guard fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 else {
            let failure = SystemCallError("fcntl F_SETFL")
            ends.forEach { _ = Glibc.close($0) }
            throw failure
        }
        readEnd = FileDescriptor(owning: ends[0])
        writeEnd = FileDescriptor(owning: ends[1])
    }

    /// Returns the read end, for the caller to close, and closes the write end, which the child has inherited.
    package consuming func takeReadEnd() -> Int32 {
        readEnd.release()
    }
}

extension FileDescriptor {
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
}
