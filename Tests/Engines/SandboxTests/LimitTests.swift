import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// A function gets exactly its limits, and the server survives.
@Suite struct LimitTests {
    @Test(arguments: Role.playable)
    func `a fork bomb is contained`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.python(
            """
            import os, time
            children = 0
            try:
                while children < 5000:
                    if os.fork() == 0: time.sleep(60); os._exit(0)
                    children += 1
            except OSError as error:
                print(error.strerror, children < 60)
            """)
        plan.limits.processes = 60
        let outcome = try fixture.run(plan)
        #expect(outcome.output == "Resource temporarily unavailable True\n")
        #expect(outcome.exit == .exited(code: 0))
    }

    @Test(arguments: Role.playable)
    func `more memory than the limit kills the function and is reported`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.python("b = bytearray(1 << 30); print('SURVIVED'); import time; time.sleep(60)")
        plan.limits.memoryBytes = 128 << 20
        let outcome = try fixture.runWatchingMemory(plan)
        #expect(outcome.exit == .outOfMemory)
        // Where the kernel enforces the limit, not even one instruction runs past it.
        if fixture.hasCgroups { #expect(outcome.output.isEmpty) }
    }

    @Test(arguments: Role.playable)
    func `memory below the limit is permitted and counted`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.python("b = bytearray(64 << 20); print('ready', flush=True); import time; time.sleep(60)")
        plan.limits.memoryBytes = 128 << 20
        try role.play {
            let sandbox = try fixture.provider.start(plan)
            defer { sandbox.close() }
            #expect(SandboxFixture.awaitOutput(sandbox, "ready\n"))
            let memory = sandbox.memory()
            #expect(memory.currentBytes > 64 << 20)
            #expect(memory.currentBytes < 128 << 20)
            #expect(memory.peakBytes >= memory.currentBytes)
            #expect(memory.isEnforced == fixture.hasCgroups)
            sandbox.kill()
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .killed)
        }
    }

    @Test(arguments: Role.playable)
    func `a process has as many descriptors as the limit says`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        let outcome = try fixture.run(
            fixture.python(
                """
                import os, resource
                files = []
                try:
                    while True: files.append(os.open('/dev/null', 0))
                except OSError as error: print(error.strerror, len(files))
                print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))
                """))
        #expect(outcome.lines == ["Too many open files 1021", "(1024, 1024) (1, 1)"])
    }

    @Test(arguments: Role.playable)
    func `tmp is full at its size`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.python(
            """
            import os
            file = open('/tmp/big', 'wb', buffering=0)
            try:
                while True: file.write(bytes(1 << 20))
            except OSError as error: print(error.strerror, os.stat('/tmp/big').st_size)
            print(oct(os.stat('/tmp').st_mode), os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize)
            """)
        plan.temporaryBytes = 8 << 20
        #expect(try fixture.run(plan).lines == ["No space left on device 8388608", "0o41777 8388608"])
    }

    @Test(arguments: Role.playable)
    func `empty files fill tmp too, for they take the kernel's memory`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        var plan = fixture.python(
            """
            try:
                for n in range(10000): open(f'/tmp/{n}', 'w').close()
                print('NO END')
            except OSError as error: print(error.strerror, n < 4096)
            """)
        plan.temporaryBytes = 8 << 20
        #expect(try fixture.run(plan).output == "No space left on device True\n")
    }

    @Test(arguments: Role.playable)
    func `processor time is limited where the host can`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        guard fixture.hasCgroups else { return }
        var plan = fixture.python("import time\nwhile time.process_time() < 0.1: pass")
        plan.limits.cpuCores = 0.1
        try role.play {
            let sandbox = try fixture.provider.start(plan)
            defer { sandbox.close() }
            _ = SandboxFixture.drain(sandbox)
            #expect(sandbox.reap() == .exited(code: 0))
            let files = KernelCgroupFileSystem()
            let throttled = CgroupLeaks.subtrees(of: getpid()).filter { $0.contains("\(fixture.cgroupSuffix)/") }
                .compactMap { files.number("nr_throttled", in: "\($0)/cpu.stat") }
            #expect(throttled.contains { $0 > 0 })
        }
    }
}
