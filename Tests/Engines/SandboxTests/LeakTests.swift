import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// Sandboxes that ended or failed to start leave nothing behind.
@Suite struct LeakTests {
    @Test(arguments: Role.playable)
    func `fifty starts, and starts that fail at every step, leave nothing`(role: Role) throws {
        let result = try TestProcess.run("LeakCountTests", role)
        #expect(result.passed, "\(result.output)")
    }
}

/// Runs alone in a process, where it owns every open descriptor. Each kind of leak is first made on purpose: a test
/// that cannot see one proves nothing.
@Suite(.serialized, .enabled(if: TestProcess.requestedRole != nil, "runs in a process of its own"))
struct LeakCountTests {
    private let role: Role
    private let fixture: SandboxFixture

    init() throws {
        role = try #require(TestProcess.requestedRole)
        fixture = try SandboxFixture(role)
        _ = try fixture.run(fixture.shell("exit 0"))  // descriptors that are opened once and kept are open from here on
    }

    @Test func `leaks of every kind can be seen`() throws {
        let before = Holdings.now()
        let sandbox = try fixture.start(fixture.shell("sleep 600"))
        let leaking = Holdings.now()
        #expect(leaking.descriptors >= before.descriptors + 4)  // listener, output, pidfd, control
        #expect(leaking.children > before.children)
        #expect(leaking.cgroups.count >= before.cgroups.count + (fixture.hasCgroups ? 1 : 0))
        try role.play { sandbox.close() }
        #expect(Holdings.now() == before)

        let zombie = try ChildProcess.spawn("/bin/true", arguments: [], descriptors: [])
        usleep(50_000)
        #expect(Holdings.now().children == before.children + 1)
        zombie.wait()
        #expect(Holdings.now() == before)
    }

    @Test func `fifty starts leave nothing`() throws {
        try fixture.write("a/x", "x")
        try fixture.write("b/y", "y")
        var plan = fixture.shell("exit 0")
        plan.layerTrees = ["\(fixture.folder)/a", "\(fixture.folder)/b"]
        let before = Holdings.now()
        for _ in 0..<50 { #expect(try fixture.run(plan).exit == .exited(code: 0)) }
        #expect(Holdings.now() == before)
    }

    @Test func `a start that fails at any step leaves nothing`() throws {
        let before = Holdings.now()
        for plan in failing {
            #expect(throws: SandboxError.self) { try fixture.run(plan) }
            #expect(Holdings.now() == before)
        }
    }

    @Test func `a command that cannot be executed leaves nothing`() throws {
        let before = Holdings.now()
        for (command, errno) in [("/nonexistent", ENOENT), ("/etc/passwd", EACCES)] {
            #expect(try fixture.run(fixture.plan([command])).exit == .notExecutable(errno: errno))
            #expect(Holdings.now() == before)
        }
    }

    private var failing: [SandboxPlan] {
        func changed(_ change: (inout SandboxPlan) -> Void) -> SandboxPlan {
            var plan = fixture.shell("true")
            change(&plan)
            return plan
        }
        return [
            changed { $0.taskTree = "/nonexistent" },
            changed { $0.layerTrees = ["/usr", "/nonexistent"] },
            changed { $0.userland.links.append(PlannedLink(at: "/usr/in-a-bind", to: "x")) },
            changed { $0.extraBinds.append(ReadOnlyBind(from: "/etc/passwd", to: "/usr/in-a-bind")) },
            changed { $0.network = .isolated(listeners: [9001, 9001]) },
            changed { $0.hostname = String(repeating: "x", count: 65) },
            changed { $0.workingDirectory = "/nonexistent" },
            changed { $0.environment["A"] = "nul\0" },
        ]
    }
}

/// The resources of this process that sandboxes could have leaked.
private struct Holdings: Equatable {
    var descriptors: Int
    var children: Int
    var mounts: Int
    var cgroups: [String]

    static func now() -> Holdings {
        Holdings(
            descriptors: DirectoryListing.names("/proc/self/fd")?.count ?? -1,
            children: ProcessMemory.descendants(of: getpid()).count,
            mounts: (TextFile.read("/proc/self/mountinfo") ?? "").split(separator: "\n").count,
            cgroups: CgroupLeaks.subtrees(of: getpid()))
    }
}

/// All cgroups that a server has created.
enum CgroupLeaks {
    static func subtrees(of server: Int32) -> [String] {
        let layout = CgroupLayout.current()
        let places = Set(layout.ownDirectories.values).union([layout.unifiedDirectory].compactMap(\.self))
        let files = KernelCgroupFileSystem()
        return places.flatMap { place in
            files.children(of: place).filter { $0.hasPrefix("strata-\(server)") }.flatMap { name in
                ["\(place)/\(name)"] + files.children(of: "\(place)/\(name)").map { "\(place)/\(name)/\($0)" }
            }
        }.sorted()
    }
}
