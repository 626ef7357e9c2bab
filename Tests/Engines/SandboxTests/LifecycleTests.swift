import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// Whatever ends a sandbox, all of its processes end.
@Suite struct LifecycleTests {
    @Test(arguments: Role.playable)
    func `kill ends every process, daemons too`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let sandbox = try fixture.provider.start(fixture.python(Self.daemonize + "\nsignal.pause()"))
            defer { sandbox.close() }
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            let family = Self.family(of: sandbox)
            #expect(family.count == 4)  // pid 1, the command, its child, and the daemon that pid 1 adopted
            #expect(sandbox.reap() == nil)
            sandbox.kill()
            sandbox.kill()
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .killed)
            #expect(sandbox.reap() == .killed)
            for process in family { #expect(access("/proc/\(process)", F_OK) != 0) }
        }
    }

    @Test(arguments: Role.playable)
    func `the command's end ends the processes that it left running`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let sandbox = try fixture.provider.start(fixture.python(Self.daemonize + "\nos._exit(3)"))
            defer { sandbox.close() }
            #expect(SandboxFixture.drain(sandbox) == "ready\n")
            #expect(sandbox.reap() == .exited(code: 3))
        }
    }

    @Test(arguments: Role.playable)
    func `a frozen sandbox stops, thaws, and can be killed`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let plan = fixture.shell("echo ready; while true; do echo x; sleep 0.01; done")
            let sandbox = try fixture.provider.start(plan)
            defer { sandbox.close() }
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            #expect(sandbox.freeze())
            // Pid 1 obeys asynchronously, and the pipe may hold earlier output.
            var isStill = false
            for _ in 0..<100 where !isStill {
                SandboxFixture.discardOutput(sandbox)
                isStill = !Readiness.await(sandbox.output, limitMilliseconds: 100)
            }
            #expect(isStill)
            #expect(sandbox.thaw())
            #expect(Readiness.await(sandbox.output, limitMilliseconds: 10_000))
            #expect(sandbox.freeze())
            sandbox.kill()
            #expect(Readiness.await(sandbox.processDescriptor, limitMilliseconds: 10_000))
            #expect(sandbox.reap() == .killed)
        }
    }

    @Test(arguments: Role.playable)
    func `a sandbox whose first process is killed from outside is reported as lost`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let sandbox = try fixture.provider.start(fixture.shell("sleep 60"))
            defer { sandbox.close() }
            ProcessDescriptor.signal(sandbox.processDescriptor, SIGKILL)
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .lost)
        }
    }

    @Test(arguments: Role.playable)
    func `close ends what still runs, and calls after it are harmless`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try role.play {
            let sandbox = try fixture.provider.start(fixture.shell("sleep 60"))
            let family = Self.family(of: sandbox)
            sandbox.close()
            for process in family { #expect(access("/proc/\(process)", F_OK) != 0) }
            sandbox.close()
            sandbox.kill()
            #expect(sandbox.reap() == .killed)
            #expect(!sandbox.freeze())
            _ = sandbox.memory()
        }
    }

    @Test(arguments: Role.playable)
    func `sandboxes of many threads do not hold each other's descriptors`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        let outcomes = try ParallelThreads.run(count: 8) { index in
            try (0..<4).map { _ in try fixture.run(fixture.shell("echo \(index); ls /proc/self/fd | wc -l")).lines }
        }
        for (index, lines) in outcomes.enumerated() {
            #expect(lines.allSatisfy { $0 == ["\(index)", "4"] })  // 0, 1, 2, and the directory that ls reads
        }
    }

    @Test(arguments: Role.playable)
    func `when the server is killed its sandboxes end too, frozen or not`(role: Role) throws {
        let server = try ServerProcess(role)
        for process in server.sandboxProcesses { #expect(access("/proc/\(process)", F_OK) == 0) }
        server.kill()
        #expect(server.awaitEndOfSandboxes())
        // The next server removes what a killed one left.
        CgroupParent.removeStaleCgroups(layout: .current(), files: KernelCgroupFileSystem()) { $0 != server.id }
        #expect(CgroupLeaks.subtrees(of: server.id).isEmpty)
    }

    /// Leaves a child and a double-forked daemon of its own session behind.
    private static let daemonize = """
        import os, signal, time
        if os.fork() == 0:
            signal.pause()
        told, tell = os.pipe()
        parent = os.fork()
        if parent == 0:
            os.setsid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while os.getppid() != 1: time.sleep(0.001)
                os.write(tell, b'x')
                signal.pause()
            os._exit(0)
        os.waitpid(parent, 0)
        os.read(told, 1)
        print('ready', flush=True)
        """

    private static func family(of sandbox: any RunningSandbox) -> [Int32] {
        ProcessIDs.of(sandbox.processDescriptor).map { ProcessMemory.descendants(of: $0) } ?? []
    }
}

/// The process id of a pidfd, read from the kernel.
enum ProcessIDs {
    static func of(_ descriptor: Int32) -> Int32? {
        for line in (TextFile.read("/proc/self/fdinfo/\(descriptor)") ?? "").split(separator: "\n")
        where line.hasPrefix("Pid:") {
            return Int32(line.dropFirst(4).drop { $0.isWhitespace })
        }
        return nil
    }
}
