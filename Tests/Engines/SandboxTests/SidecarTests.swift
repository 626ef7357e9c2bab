import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// Programs that run beside the command.
@Suite struct SidecarTests {
    /// A plan whose sidecars are scripts of `/opt/extensions`.
    private static func plan(_ fixture: SandboxFixture, _ scripts: [String: String]) throws -> SandboxPlan {
        for (name, script) in scripts { try fixture.write("layer/\(name)", "#!/bin/sh\n\(script)\n", mode: 0o755) }
        var plan = fixture.shell("echo command; sleep 60")
        plan.layerTrees = ["\(fixture.folder)/layer"]
        plan.sidecars = scripts.keys.sorted().map { "/opt/\($0)" }
        plan.sidecarEnvironment = ["PATH": "/usr/bin:/bin", "WHO": "sidecar"]
        return plan
    }

    /// Waits for events, for ten seconds at most.
    private static func events(_ sandbox: any RunningSandbox) -> [SandboxEvent] {
        _ = Readiness.await(sandbox.eventDescriptor, limitMilliseconds: 10_000)
        return sandbox.takeEvents()
    }

    private static func read(_ descriptor: Int32) -> String {
        _ = Readiness.await(descriptor, limitMilliseconds: 10_000)
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        return String(decoding: chunk.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test(arguments: Role.playable)
    func `sidecars run first, and have an output pipe of their own`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let sandbox = try fixture.start(try Self.plan(fixture, ["one": "echo $WHO $PWD; sleep 60"]))
            defer { sandbox.close() }
            let output = try #require(sandbox.sidecarOutput)
            #expect(Self.read(output) == "sidecar /\n")
            #expect(!Readiness.await(sandbox.output, limitMilliseconds: 100))
            #expect(sandbox.runCommand())
            #expect(SandboxFixture.awaitOutput(sandbox, "command\n"))
        }
    }

    @Test(arguments: Role.playable)
    func `the exit of each program is reported, and the sandbox stays up`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let sandbox = try fixture.start(
                try Self.plan(fixture, ["a": "exit 4", "b": "trap 'exit 5' TERM; sleep 60 & wait", "c": "sleep 60"]))
            defer { sandbox.close() }
            #expect(Self.events(sandbox) == [.exited(1, .exited(code: 4))])
            usleep(200_000)  // until the shell has set its trap
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

    @Test(arguments: Role.playable)
    func `a sidecar that cannot be executed is named`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            var plan = try Self.plan(fixture, ["one": "sleep 60"])
            plan.sidecars.append("/opt/missing")
            let sandbox = try fixture.start(plan)
            defer { sandbox.close() }
            #expect(Self.events(sandbox) == [.notExecutable(2, errno: ENOENT)])
        }
    }

    @Test(arguments: Role.playable)
    func `connections are made inside`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let plan = fixture.python(
                """
                import socket
                s = socket.create_server(('127.0.0.1', 4243)); print('ready', flush=True)
                c, _ = s.accept(); print(c.recv(5).decode(), flush=True); import time; time.sleep(60)
                """)
            let sandbox = try fixture.start(plan)
            defer { sandbox.close() }
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            #expect(sandbox.connect(port: 4243, ticket: 7))
            guard case .connected(ticket: 7, let descriptor?)? = Self.events(sandbox).first else {
                Issue.record("no connection")
                return
            }
            let connection = FileDescriptor(owning: descriptor)
            #expect(send(connection.rawValue, "hello", 5, Int32(MSG_NOSIGNAL)) == 5)
            #expect(SandboxFixture.awaitOutput(sandbox, "hello\n"))
        }
    }
}
