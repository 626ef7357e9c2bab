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
