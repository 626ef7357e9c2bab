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
    func `a failure names the step and the path`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.shell("true")
        plan.taskTree = "\(fixture.folder)/missing"
        let error = #expect(throws: SandboxError.self) { try fixture.run(plan) }
        #expect(error?.errno == ENOENT)
        #expect(error?.detail == "\(fixture.folder)/missing")
        #expect(error?.description.hasPrefix("cannot open a directory of the host (") == true)
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
}
