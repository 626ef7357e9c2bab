import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// What every implementation of the seam promises of a sandbox's life.
@Suite struct SandboxContractTests {
    @Test(arguments: Isolation.all)
    func `what the command prints arrives, and its exit code is reported`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.with(fixture.shell("echo out; echo err >&2; exit 3")) { sandbox in
            #expect(sandbox.sidecarOutput == nil)
            #expect(SandboxFixture.drain(sandbox) == "out\nerr\n")
            #expect(sandbox.reap() == .exited(code: 3))
            #expect(sandbox.reap() == .exited(code: 3))
        }
    }

    @Test(arguments: Isolation.all)
    func `the environment is the plan's and nothing else`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        var plan = fixture.plan(["/usr/bin/env"])
        plan.environment = ["A": "1", "B": "two words = 2"]
        try fixture.with(plan) { sandbox in
            let lines = SandboxFixture.drain(sandbox).split(separator: "\n").sorted()
            #expect(lines == ["A=1", "B=two words = 2"])
        }
    }

    @Test(arguments: Isolation.all)
    func `a signal that ends the command is reported`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.with(fixture.shell("kill -SEGV $$")) { sandbox in
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .signaled(SIGSEGV))
        }
    }

    @Test(arguments: Isolation.all)
    func `a command that cannot be executed ends a sandbox that has started`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.with(fixture.plan(["/usr/bin/missing"])) { sandbox in
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .notExecutable(errno: ENOENT))
        }
    }

    @Test(arguments: Isolation.all)
    func `the command's end ends the processes that it left running`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.with(fixture.python(Self.daemonize + "\nos._exit(3)")) { sandbox in
            #expect(SandboxFixture.drain(sandbox) == "ready\n")
            #expect(sandbox.reap() == .exited(code: 3))
        }
    }

    @Test(arguments: Isolation.all)
    func `kill ends every process, daemons too, and may be called again`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.with(fixture.python(Self.daemonize + "\nsignal.pause()")) { sandbox in
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            let family = Self.family(of: sandbox)
            #expect(family.count == 4)  // the first process, the command, its child, and the daemon
            #expect(sandbox.reap() == nil)
            sandbox.kill()
            sandbox.kill()
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .killed)
            #expect(sandbox.reap() == .killed)
            for process in family { #expect(access("/proc/\(process)", F_OK) != 0) }
        }
    }

    @Test(arguments: Isolation.all)
    func `a frozen sandbox stops, goes on when it is thawed, and can be killed`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.with(fixture.shell("echo ready; while true; do echo x; sleep 0.01; done")) { sandbox in
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            #expect(sandbox.hasActivePrograms())
            #expect(sandbox.freeze())
            // It obeys asynchronously, and the pipe may hold earlier output.
            var isStill = false
            for _ in 0..<100 where !isStill {
                SandboxFixture.discardOutput(sandbox)
                isStill = !Readiness.await(sandbox.output, limitMilliseconds: 100)
            }
            #expect(isStill)
            #expect(!sandbox.hasActivePrograms())
            #expect(sandbox.thaw())
            #expect(Readiness.await(sandbox.output, limitMilliseconds: 10_000))
            #expect(sandbox.freeze())
            sandbox.kill()
            #expect(Readiness.await(sandbox.processDescriptor, limitMilliseconds: 10_000))
            #expect(sandbox.reap() == .killed)
        }
    }

    @Test(arguments: Isolation.all)
    func `memory is counted, and a sandbox that is killed for it says so`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        let program = "held = bytearray(60 << 20); print('ready', flush=True); import time; time.sleep(60)"
        try fixture.with(fixture.python(program)) { sandbox in
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            let memory = sandbox.memory()
            #expect(memory.currentBytes > 60 << 20 && memory.peakBytes >= memory.currentBytes)
            #expect(sandbox.peakMemoryBytes() > 60 << 20)
            sandbox.killForMemory()
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .outOfMemory)
        }
    }

    @Test(arguments: Isolation.all)
    func `close ends what still runs, and calls after it are harmless`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        try fixture.play {
            let sandbox = try fixture.start(fixture.shell("echo ready; sleep 60"))
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            let family = Self.family(of: sandbox)
            sandbox.close()
            sandbox.close()
            for process in family { #expect(access("/proc/\(process)", F_OK) != 0) }
            sandbox.kill()
            sandbox.killForMemory()
            #expect(sandbox.reap() == .killed)
            #expect(!sandbox.freeze() && !sandbox.thaw() && !sandbox.runCommand())
            #expect(!sandbox.terminate(0) && !sandbox.kill(0) && !sandbox.connect(port: 1, ticket: 1))
            #expect(!sandbox.setCPU(cores: 1))
            #expect(sandbox.takeEvents().isEmpty)
        }
    }

    @Test(arguments: Isolation.all)
    func `a connection to each port inside arrives at its listener`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        let ports = try (0..<2).map { _ in try SeamFixture.freePort() }
        var plan = fixture.python(
            "import socket\nfor port in \(ports): socket.create_connection(('127.0.0.1', port)).sendall(b'%d' % port)")
        plan.network = .isolated(listeners: ports)
        try fixture.with(plan) { sandbox in
            for (listener, port) in zip(sandbox.listeners, ports) {
                #expect(Readiness.await(listener, limitMilliseconds: 10_000))
                let connection = FileDescriptor(owning: accept(listener, nil, nil))
                var bytes = [UInt8](repeating: 0, count: 16)
                let count = recv(connection.rawValue, &bytes, bytes.count, 0)
                #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == "\(port)")
            }
            #expect(sandbox.listeners.count == 2)
        }
    }

    @Test(arguments: Isolation.all)
    func `sandboxes start and end on several threads at once`(isolation: Isolation) throws {
        let fixture = try SeamFixture(isolation)
        let outcomes = try ParallelThreads.run(count: 4) { index in
            try (0..<3).map { _ in
                try fixture.play {
                    let sandbox = try fixture.start(fixture.shell("echo \(index)"))
                    defer { sandbox.close() }
                    return SandboxFixture.drain(sandbox)
                }
            }
        }
        for (index, lines) in outcomes.enumerated() { #expect(lines == Array(repeating: "\(index)\n", count: 3)) }
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
            first = os.getpid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while os.getppid() == first: time.sleep(0.001)
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
