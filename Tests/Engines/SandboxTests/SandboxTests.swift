import Glibc
import SandboxPlan
import Testing

@testable import Sandbox

/// The environment that a function sees, and how its end is reported.
@Suite struct SandboxTests {
    @Test(arguments: Role.playable)
    func `a command runs as the function's user and its output arrives`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        let outcome = try fixture.run(fixture.shell("id -un; id -u; id -g; hostname; pwd; cat /etc/hosts >&2"))
        #expect(outcome.exit == .exited(code: 0))
        #expect(
            outcome.lines == [
                "sbx_user1051", "993", "990", "strata", "/var/task",
                "127.0.0.1 localhost sandbox.localdomain sandbox strata",
                "::1 localhost",
            ])
    }

    @Test(arguments: Role.playable)
    func `the environment is the plan's and nothing else`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.plan(["/usr/bin/env"])
        plan.environment = ["A": "1", "EMPTY": "", "LONG": String(repeating: "x", count: 4096), "WORD": "ä b=c"]
        let outcome = try fixture.run(plan)
        #expect(outcome.lines == ["A=1", "EMPTY=", "LONG=" + String(repeating: "x", count: 4096), "WORD=ä b=c"])
    }

    @Test(arguments: Role.playable)
    func `only three descriptors are open`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        let outcome = try fixture.run(
            fixture.python("import os; print([n for n in range(3, 1024) if os.path.exists(f'/proc/self/fd/{n}')])"))
        #expect(outcome.output == "[]\n")
    }

    @Test(arguments: Role.playable)
    func `programs can reopen their output as a file`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        let outcome = try fixture.run(
            fixture.shell(
                "echo out > /dev/stdout; echo err > /dev/stderr; echo x > /dev/null; head -c 2 /dev/zero | wc -c"))
        #expect(outcome.lines == ["out", "err", "2"])
    }

    @Test(arguments: Role.playable)
    func `the exit code and the signal of the command are reported`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        #expect(try fixture.run(fixture.shell("exit 0")).exit == .exited(code: 0))
        #expect(try fixture.run(fixture.shell("exit 255")).exit == .exited(code: 255))
        #expect(try fixture.run(fixture.shell("kill -SEGV $$")).exit == .signaled(SIGSEGV))
        #expect(try fixture.run(fixture.shell("kill -KILL $$")).exit == .signaled(SIGKILL))
    }

    @Test(arguments: Role.playable)
    func `a connection to each port inside arrives at its listener`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.python(
            """
            import socket
            for port in (9001, 4566):
                s = socket.create_connection(('localhost', port)); s.sendall(b'%d' % port); print(s.recv(8))
            """)
        plan.network = .isolated(listeners: [9001, 4566])
        try role.play {
            let sandbox = try fixture.provider.start(plan)
            defer { sandbox.close() }
            #expect(sandbox.listeners.count == 2)
            for (listener, port) in zip(sandbox.listeners, ["9001", "4566"]) {
                let connection = try #require(Self.accept(listener))
                defer { Glibc.close(connection) }
                var bytes = [UInt8](repeating: 0, count: 8)
                let count = recv(connection, &bytes, 8, 0)
                #expect(String(decoding: bytes[..<max(0, count)], as: UTF8.self) == port)
                #expect(send(connection, "ok", 2, 0) == 2)
            }
            #expect(SandboxFixture.drain(sandbox) == "b'ok'\nb'ok'\n")
            #expect(sandbox.reap() == .exited(code: 0))
        }
    }

    @Test(arguments: Role.playable)
    func `a failure names the step and the path`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.shell("true")
        plan.taskTree = "\(fixture.folder)/missing"
        let error = #expect(throws: SandboxError.self) { try fixture.run(plan) }
        #expect(error?.errno == ENOENT)
        #expect(error?.detail == "\(fixture.folder)/missing")
        #expect(error?.description.hasPrefix("cannot open a directory of the host (") == true)
    }

    @Test(arguments: Role.playable)
    func `a command that cannot be executed ends a sandbox that has started`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        #expect(try fixture.run(fixture.plan(["/var/lang/bin/python3.14"])).exit == .notExecutable(errno: ENOENT))
        #expect(try fixture.run(fixture.plan(["/etc"])).exit == .notExecutable(errno: EACCES))
    }

    @Test func `a strata-init that cannot be executed is an error, not a hang`() throws {
        let missing = try NamespaceSandboxProvider(initExecutable: "/nonexistent/strata-init", cgroups: nil)
        #expect(throws: SandboxError.self) { try missing.start(SandboxPlan(command: ["/bin/true"])) }
        let silent = try NamespaceSandboxProvider(
            initExecutable: "/bin/true", cgroups: nil, handshakeLimitSeconds: 5)
        #expect(throws: SandboxError.self) { try silent.start(SandboxPlan(command: ["/bin/true"])) }
        let stuck = try NamespaceSandboxProvider(
            initExecutable: "/usr/bin/yes", cgroups: nil, handshakeLimitSeconds: 0.05)
        let error = #expect(throws: SandboxError.self) { try stuck.start(SandboxPlan(command: ["/bin/true"])) }
        #expect(error?.errno == ETIMEDOUT)
    }

    private static func accept(_ listener: Int32) -> Int32? {
        var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 30_000) == 1 else { return nil }
        let connection = Glibc.accept(listener, nil, nil)
        return connection >= 0 ? connection : nil
    }
}
