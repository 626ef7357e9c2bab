internal import CLinux
internal import Glibc

/// A pipe for the output of a child; both ends are close-on-exec.
package struct ProcessPipe: ~Copyable {
    /// The reading end. It does not block.
    package let readEnd: FileDescriptor
    /// The writing end, for the child. It blocks, as programs expect of their standard output.
    package let writeEnd: FileDescriptor

    /// Makes a pipe; see pipe2(2).
    package init() throws(SystemCallError) {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw SystemCallError("pipe2") }
        // Only this end: the flag belongs to the open file, and the two ends are two of those.
        guard fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 else {
            let failure = SystemCallError("fcntl F_SETFL")
            ends.forEach { _ = Glibc.close($0) }
            throw failure
        }
        readEnd = FileDescriptor(owning: ends[0])
        writeEnd = FileDescriptor(owning: ends[1])
    }

    /// Gives the reading end away and closes the writing end, which a child has by now.
    package consuming func takeReadEnd() -> Int32 {
        readEnd.release()
    }
}

extension FileDescriptor {
    /// An unnamed file in memory that holds `bytes`, for a child to read; see memfd_create(2).
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

    /// `/dev/null`, for a child's standard input.
    package static func null() throws(SystemCallError) -> FileDescriptor {
        let number = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw SystemCallError("open /dev/null") }
        return FileDescriptor(owning: number)
    }
}
