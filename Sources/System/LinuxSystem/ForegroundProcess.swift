internal import Glibc

/// Runs a program to its end while the caller waits and receives its output.
public enum ForegroundProcess {
    /// How a program ended.
    public enum Outcome: Hashable, Sendable {
        /// It exited with this code.
        case exited(Int32)
        /// This signal ended it.
        case signaled(Int32)
    }

    /// The interval of checks for a pending signal, in milliseconds.
    private static let signalCheckMilliseconds: Int32 = 100

    /// Whether the path is a regular file that this process may execute.
    public static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// Runs a program without input, with standard output and error in one pipe, and returns how it ended.
    ///
    /// A pending signal of `blockedSignals` terminates the program, which need not have got it from the terminal.
    ///
    /// - Parameters:
    ///   - executable: A path; `PATH` is not searched.
    ///   - line: Called with each line as it arrives, without its line feed.
    public static func run(
        _ executable: String, _ arguments: [String], environment: [String: String],
        blockedSignals: borrowing BlockedSignals,
        line: (String) -> Void
    ) throws(SystemCallError) -> Outcome {
        let child: ChildProcess
        let reading: FileDescriptor
        do {
            let pipe = try ProcessPipe()
            let input = try FileDescriptor.null()
            child = try ChildProcess.spawn(
                executable, arguments: arguments, environment: environment.map { "\($0.key)=\($0.value)" },
                descriptors: [input.rawValue, pipe.writeEnd.rawValue, pipe.writeEnd.rawValue])
            reading = FileDescriptor(owning: pipe.takeReadEnd())
        }
        readLines(reading, of: child, blockedSignals, line)
        let status = child.wait() ?? 0
        // WIFEXITED, WEXITSTATUS and WTERMSIG (wait(2)): the macros are not visible to Swift.
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signaled(status & 0x7F)
    }

    /// Reads until every writer has closed the pipe.
    private static func readLines(
        _ reading: borrowing FileDescriptor, of child: ChildProcess, _ blockedSignals: borrowing BlockedSignals,
        _ line: (String) -> Void
    ) {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var isStopping = false
        while true {
            if blockedSignals.isPending, !isStopping {
                isStopping = true
                _ = Glibc.kill(child.id, SIGTERM)
            }
            var event = pollfd(fd: reading.rawValue, events: Int16(POLLIN), revents: 0)
            if poll(&event, 1, signalCheckMilliseconds) <= 0 { continue }
            let count = Glibc.read(reading.rawValue, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            if count <= 0 { break }
            rest += buffer.prefix(count)
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeSubrange(...end)
            }
        }
        if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) }
    }
}
