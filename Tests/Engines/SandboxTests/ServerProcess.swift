import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// A second process that plays a server with two sandboxes, one of them frozen, so that it can be killed.
final class ServerProcess {
    private let process: ChildProcess
    private let folders: [String]
    private var isRunning = true
    /// The sandboxes' first processes, as the host numbers them.
    let sandboxProcesses: [Int32]
    /// The server's own number.
    var id: Int32 { process.id }

    /// Starts the process and waits until its sandboxes run.
    init(_ role: Role) throws {
        let pipe = try ProcessPipe()
        process = try TestProcess.start("ServerProcessTests", role, output: pipe.writeEnd.rawValue)
        let output = FileDescriptor(owning: pipe.takeReadEnd())
        guard let announced = Self.announced(output.rawValue), let first = Int32(announced[1]),
            let second = Int32(announced[2])
        else {
            process.kill()
            process.wait()
            throw POSIXFailure(call: "the server's announcement", errno: EPIPE)
        }
        sandboxProcesses = [first, second]
        folders = Array(announced[3...])
    }

    deinit {
        kill()
        folders.forEach(SandboxFixture.removeTree)
    }

    /// Ends it as `kill -9` does, if it still runs. What it leaves behind is what a killed server leaves behind.
    func kill() {
        guard isRunning else { return }
        isRunning = false
        process.kill()
        process.wait()
    }

    /// Whether the sandboxes' first processes end within a generous time.
    func awaitEndOfSandboxes() -> Bool {
        for _ in 0..<1000 {
            if sandboxProcesses.allSatisfy({ Glibc.kill($0, 0) != 0 }) { return true }
            usleep(10_000)
        }
        return false
    }

    /// What the process runs: sandboxes that stay up, with their process ids on standard output.
    static func serve(_ role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let sandboxes = try (0..<2).map { _ in
                try fixture.provider.start(fixture.shell("sleep 600 & sleep 600"))
            }
            _ = sandboxes[1].freeze()
            let processes = sandboxes.map { String(ProcessIDs.of($0.processDescriptor) ?? -1) }
            print("\nsandbox \(processes.joined(separator: " ")) \(fixture.temporaryFolders.joined(separator: " "))")
            fflush(nil)
            sleep(600)
        }
    }

    private static func announced(_ output: Int32) -> [String]? {
        var text = ""
        var chunk = [UInt8](repeating: 0, count: 4096)
        while Readiness.await(output, limitMilliseconds: 60_000) {
            let count = read(output, &chunk, chunk.count)
            guard count > 0 else { return nil }
            text += String(decoding: chunk[..<count], as: UTF8.self)
            let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = whole.first(where: { $0.hasPrefix("sandbox ") }) {
                return line.split(separator: " ").map(String.init)
            }
        }
        return nil
    }
}

@Suite struct ServerProcessTests {
    @Test(.enabled(if: TestProcess.requestedRole != nil, "runs in a process of its own"))
    func `a process plays a server until it is killed`() throws {
        try ServerProcess.serve(#require(TestProcess.requestedRole))
    }
}
