import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// What every implementation of the seam promises of programs beside the command, and of connections into a sandbox.
@Suite struct SidecarContractTests {
    /// Waits for events, for ten seconds at most.
    private static func events(_ sandbox: any RunningSandbox) -> [SandboxEvent] {
        _ = Readiness.await(sandbox.eventDescriptor, limitMilliseconds: 10_000)
        return sandbox.takeEvents()
    }

    private static func connection(
        to port: UInt16, ticket: Int32, of sandbox: any RunningSandbox
    ) throws -> FileDescriptor {
        #expect(sandbox.connect(port: port, ticket: ticket))
        let events = events(sandbox)
        guard case .connected(ticket, let descriptor?)? = events.first, events.count == 1 else {
            throw POSIXFailure(call: "connect: \(events)", errno: 0)
        }
        return FileDescriptor(owning: descriptor)
    }

    private static func read(_ descriptor: Int32) -> String {
        _ = Readiness.await(descriptor, limitMilliseconds: 10_000)
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        return String(decoding: chunk.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test(arguments: Isolation.all)
    func `sidecars run first, and have an output pipe of their own`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.with(fixture.sidecars(["echo $WHO; sleep 60"])) { sandbox in
            let output = try #require(sandbox.sidecarOutput)
            #expect(Self.read(output) == "sidecar\n")
            #expect(!Readiness.await(sandbox.output, limitMilliseconds: 100))
            #expect(sandbox.runCommand())
            #expect(SandboxFixture.awaitOutput(sandbox, "command\n"))
        }
    }

    @Test(arguments: Isolation.all)
    func `the exit of each program is reported, and the sandbox stays up`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        let plan = try fixture.sidecars(["exit 4", "trap 'exit 5' TERM; echo set; sleep 60 & wait", "sleep 60"])
        try fixture.with(plan) { sandbox in
            #expect(Self.events(sandbox) == [.exited(1, .exited(code: 4))])
            let output = try #require(sandbox.sidecarOutput)
            #expect(Self.read(output) == "set\n")
            #expect(sandbox.terminate(2))
            #expect(Self.events(sandbox) == [.exited(2, .exited(code: 5))])
            #expect(sandbox.kill(3))
            #expect(Self.events(sandbox) == [.exited(3, .signaled(SIGKILL))])
            #expect(sandbox.runCommand() && sandbox.terminate(0))
            #expect(Self.events(sandbox) == [.exited(0, .signaled(SIGTERM))])
            #expect(sandbox.reap() == nil)
            sandbox.kill()
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .signaled(SIGTERM))
        }
    }

    @Test(arguments: Isolation.all)
    func `a sidecar that cannot be executed is named`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        var plan = try fixture.sidecars(["sleep 60"])
        plan.sidecars.append("/opt/missing")
        try fixture.with(plan) { sandbox in
            #expect(Self.events(sandbox) == [.notExecutable(2, errno: ENOENT)])
        }
    }

    @Test(arguments: Isolation.all)
    func `connections are made inside, where a program listens`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        let (port, closed) = (try SeamFixture.freePort(), try SeamFixture.freePort())
        let plan = fixture.python(
            """
            import socket
            s = socket.create_server(('127.0.0.1', \(port))); print('ready', flush=True)
            c, _ = s.accept(); print(c.recv(5).decode(), flush=True); import time; time.sleep(60)
            """)
        try fixture.with(plan) { sandbox in
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            let refused = try Self.connection(to: closed, ticket: 8, of: sandbox)
            _ = Readiness.await(refused.rawValue, limitMilliseconds: 10_000)
            var byte: UInt8 = 0
            #expect(recv(refused.rawValue, &byte, 1, 0) == -1 && errno == ECONNREFUSED)
            let connection = try Self.connection(to: port, ticket: 7, of: sandbox)
            #expect(fcntl(connection.rawValue, F_GETFL) & O_NONBLOCK != 0)
            #expect(send(connection.rawValue, "hello", 5, Int32(MSG_NOSIGNAL)) == 5)
            #expect(SandboxFixture.awaitOutput(sandbox, "hello\n"))
        }
    }
}
