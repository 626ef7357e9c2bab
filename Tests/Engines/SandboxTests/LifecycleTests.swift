import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// How sandboxes of namespaces end with their first process, and with their server.
@Suite struct LifecycleTests {
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
