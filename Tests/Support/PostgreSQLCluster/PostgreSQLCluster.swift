internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// A PostgreSQL server of the tests' own, in a temporary folder: `Tests/Support/postgresql-cluster`, which ends when
/// this process does.
public final class PostgreSQLCluster: Sendable {
    /// Why there is no server: none is installed, or it does not start.
    public struct Failure: Error, CustomStringConvertible {
        /// What the script printed.
        public let description: String
    }

    private struct Script: ~Copyable {
        let input: FileDescriptor
        let output: FileDescriptor
        let process: ChildProcess
        var lastDatabase = 0

        /// Passes a line on, and returns the answer.
        borrowing func ask(_ line: String) throws -> String {
            guard send(input.rawValue, line + "\n", line.utf8.count + 1, Int32(MSG_NOSIGNAL)) > 0 else {
                throw Failure(description: "the cluster has ended")
            }
            return try answer()
        }

        borrowing func answer() throws -> String {
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while read(output.rawValue, &byte, 1) == 1 {
                if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
                line.append(byte)
            }
            throw Failure(description: "the cluster has ended")
        }
    }

    private let script: Mutex<Script>

    /// The server that tests share; each has a database of its own. Started at the first use.
    private static let shared = Mutex<PostgreSQLCluster?>(nil)

    /// A new database of the shared server: its URL.
    public static func newDatabase() throws -> String {
        try shared.withLock { shared in
            let cluster = try shared ?? PostgreSQLCluster()
            shared = cluster
            return cluster
        }.newDatabase()
    }

    /// Removes a database of the shared server. A failure is no test's: it goes with the server.
    public static func drop(_ url: String) {
        let name = url.split(separator: "?").first?.split(separator: "/").last ?? ""
        shared.withLock { shared in _ = try? shared?.ask("drop \(name)", "dropped") }
    }

    /// Starts a server, for tests that stop it.
    public init() throws {
        var input: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        // A pair of sockets, since a write to a pipe whose reader has ended would end this process.
        let stream = Int32(SOCK_STREAM.rawValue)
        guard socketpair(AF_UNIX, stream, 0, &input) == 0 else { throw SystemCallError("socketpair") }
        guard pipe(&output) == 0 else { throw SystemCallError("pipe") }
        // The script's own ends are closed here, so that each side sees the end of the other.
        defer { [input[0], output[1]].forEach { close($0) } }
        for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let path = #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/postgresql-cluster"
        let process = try ChildProcess.spawn(
            "/bin/bash", arguments: [path], environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            descriptors: [input[0], output[1], 2])
        let script = Script(
            input: FileDescriptor(owning: input[1]), output: FileDescriptor(owning: output[0]), process: process)
        let answer = try script.answer()
        guard answer == "ready" else { throw Failure(description: answer) }
        self.script = Mutex(script)
    }

    deinit {
        script.withLock { script in
            // It ends without an answer.
            _ = try? script.ask("end")
            script.process.wait()
        }
    }

    /// Makes a database, and returns its URL.
    public func newDatabase() throws -> String {
        try script.withLock { script in
            script.lastDatabase += 1
            let url = try script.ask("create test\(script.lastDatabase)")
            guard !url.isEmpty else { throw Failure(description: "createdb failed") }
            return url
        }
    }

    /// Runs a statement as the superuser, and returns its rows.
    @discardableResult
    public func run(_ sql: String) throws -> String { try script.withLock { try $0.ask("sql \(sql)") } }

    /// Starts the server again.
    public func start() throws { try ask("start", "started") }

    /// Ends all processes of the server at once.
    public func stop() throws { try ask("stop", "stopped") }

    /// Kills all processes of the server.
    public func kill() throws { try ask("kill", "killed") }

    private func ask(_ line: String, _ expected: String) throws {
        let answer = try script.withLock { try $0.ask(line) }
        guard answer == expected else { throw Failure(description: answer) }
    }
}
