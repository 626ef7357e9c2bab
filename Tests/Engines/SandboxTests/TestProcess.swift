import Glibc
import LinuxSystem
import Testing

@testable import Sandbox

/// These tests once more, in a process of their own that runs one suite in one role: to be killed, or to be counted
/// without other tests opening and closing things at the same time.
enum TestProcess {
    private static let roleVariable = "STRATA_TEST_PROCESS_ROLE"

    /// The role that this process has been started to play; nil in the process that `swift test` started.
    static var requestedRole: Role? {
        getenv(roleVariable).flatMap { Role(rawValue: String(cString: $0)) }
    }

    /// Starts a process that runs `suite`, with its output in `output`.
    static func start(_ suite: String, _ role: Role, output: Int32) throws -> ChildProcess {
        let commandLine = try #require(TextFile.read("/proc/self/cmdline"))
        let arguments = commandLine.split(separator: "\0").map(String.init)
        let null = try FileDescriptor.null()
        return try ChildProcess.spawn(
            "/proc/self/exe", arguments: selecting(suite, Array(arguments.dropFirst())),
            environment: environment + ["\(roleVariable)=\(role.rawValue)"],
            descriptors: [null.rawValue, output, output])
    }

    /// Runs `suite` to its end and returns whether it passed, and what it printed.
    static func run(_ suite: String, _ role: Role) throws -> (passed: Bool, output: String) {
        let pipe = try ProcessPipe()
        let process = try start(suite, role, output: pipe.writeEnd.rawValue)
        let reading = FileDescriptor(owning: pipe.takeReadEnd())
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while Readiness.await(reading.rawValue, limitMilliseconds: 120_000) {
            let count = read(reading.rawValue, &chunk, chunk.count)
            guard count > 0 else { break }
            text += chunk[..<count]
        }
        return (process.wait() == 0, String(decoding: text, as: UTF8.self))
    }

    private static func selecting(_ suite: String, _ arguments: [String]) -> [String] {
        var kept: [String] = []
        var index = 0
        while index < arguments.count {
            let takesValue = ["--filter", "--skip", "--event-stream-output-path", "--xunit-output"]
            if takesValue.contains(arguments[index]) {
                index += 2
            } else {
                kept.append(arguments[index])
                index += 1
            }
        }
        return kept + ["--filter", suite]
    }

    private static var environment: [String] {
        var all: [String] = []
        var next = environ
        while let entry = next.pointee {
            all.append(String(cString: entry))
            next += 1
        }
        return all
    }
}
