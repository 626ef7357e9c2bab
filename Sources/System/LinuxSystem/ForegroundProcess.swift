internal import Glibc

/// Programs that are run to their end, while the caller waits and listens.
public enum ForegroundProcess {
    /// How a program ended.
    public enum Outcome: Hashable, Sendable {
        /// It called exit(3) with this code.
        case exited(Int32)
        /// This signal ended it.
        case signaled(Int32)
    }

    /// How often it is looked whether the user wants to stop, in milliseconds.
    private static let signalCheckMilliseconds: Int32 = 100

    /// Whether this process may run the file at a path.
    public static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// Runs a program with both outputs joined and no input, and returns how it ended.
    ///
    /// A signal that `hold` keeps waiting, and that did not reach the program by way of the terminal, ends it.
    ///
    /// - Parameters:
    ///   - executable: A path; `PATH` is not searched.
    ///   - line: Gets each line as it comes, without its end.
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
        // The layout of a wait status; see wait(2). Its macros do not reach Swift.
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signaled(status & 0x7F)
    }

    /// Reads until the last writer is gone.
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
