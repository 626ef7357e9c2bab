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
    /// A pending signal of `blockedSignals` terminates the program: it has a process group of its own, and gets none
    /// from the terminal. What it started ends with it.
    ///
    /// - Parameters:
    ///   - executable: A path; `PATH` is not searched.
    ///   - line: Called with each line as it arrives, without its line feed.
    public static func run(
        _ executable: String, _ arguments: [String], environment: [String: String],
        blockedSignals: borrowing BlockedSignals,
        line: (String) -> Void
    ) throws(SystemCallError) -> Outcome {
        let program = try Started(executable, arguments, environment)
        readLines(of: program, until: { BlockedSignals.isAnyPending }, line)
        return outcome(of: program.child)
    }

    /// The same for a thread of a server, which gets no signals.
    ///
    /// - Parameter isCancelled: Asked again and again; when it says yes, the program is terminated.
    public static func run(
        _ executable: String, _ arguments: [String], environment: [String: String], isCancelled: () -> Bool,
        line: (String) -> Void
    ) throws(SystemCallError) -> Outcome {
        let program = try Started(executable, arguments, environment)
        readLines(of: program, until: isCancelled, line)
        return outcome(of: program.child)
    }

    /// A program, and the end of the pipe that it writes to.
    private struct Started: ~Copyable {
        let child: ChildProcess
        let output: FileDescriptor

        init(
            _ executable: String, _ arguments: [String], _ environment: [String: String]
        ) throws(SystemCallError) {
            let pipe = try ProcessPipe()
            let input = try FileDescriptor.null()
            child = try ChildProcess.spawn(
                executable, arguments: arguments, environment: environment.map { "\($0.key)=\($0.value)" },
                descriptors: [input.rawValue, pipe.writeEnd.rawValue, pipe.writeEnd.rawValue], leadsGroup: true)
            output = FileDescriptor(owning: pipe.takeReadEnd())
        }
    }

    private static func outcome(of child: ChildProcess) -> Outcome {
        let status = child.wait() ?? 0
        // WIFEXITED, WEXITSTATUS and WTERMSIG (wait(2)): the macros are not visible to Swift.
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signaled(status & 0x7F)
    }

    /// From the request to end to the order, and from that to the end of reading: a program may have left its group.
    private static let patienceNanoseconds: UInt64 = 1_000_000_000

    /// Reads until every writer has closed the pipe, or did not end when it was told to.
    private static func readLines(
        of program: borrowing Started, until isCancelled: () -> Bool, _ line: (String) -> Void
    ) {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var stop: (signal: Int32, nanoseconds: UInt64)?
        while true {
            let now = MonotonicClock.nowNanoseconds()
            if let last = stop, now > last.nanoseconds + patienceNanoseconds {
                if last.signal == SIGKILL { break }
                stop = (SIGKILL, now)
                program.child.signalGroup(SIGKILL)
            } else if stop == nil, isCancelled() {
                stop = (SIGTERM, now)
                program.child.signalGroup(SIGTERM)
            }
            var event = pollfd(fd: program.output.rawValue, events: Int16(POLLIN), revents: 0)
            if poll(&event, 1, signalCheckMilliseconds) <= 0 { continue }
            let count = Glibc.read(program.output.rawValue, &buffer, buffer.count)
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
