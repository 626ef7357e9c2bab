import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// Cgroups of version 2, against a fake of its documentation; version 1 is what the other tests run on where the host
/// has it.
@Suite struct CgroupTests {
    private static let own = "/fake/user.slice/strata.service"
    private static let layout = CgroupLayout(ownDirectories: [:], unifiedDirectory: own)
    private static let limits = SandboxLimits(memoryBytes: 128 << 20, cpuCores: 0.5)

    @Test func `a delegated subtree sets every limit of a sandbox`() throws {
        let files = FakeCgroupFileSystem(own: Self.own, offered: ["memory", "pids", "cpu", "io"], processes: ["42"])
        let parent = try #require(CgroupParent.prepare(layout: Self.layout, files: files, serverID: 42))
        #expect(parent.version == .v2)
        #expect(parent.controllers == ["memory", "pids", "cpu"])
        #expect(files.processes(in: "\(Self.own)/strata-42/server") == ["42"])

        let cgroup = try parent.makeCgroup(limits: Self.limits)
        let directory = "\(Self.own)/strata-42/1"
        #expect(cgroup.membershipFiles == ["\(directory)/cgroup.procs"])
        #expect(files.read("\(directory)/memory.max") == "134217728")
        #expect(files.read("\(directory)/memory.swap.max") == "0")
        // Running out of memory does not kill the other processes: version 1 cannot, and both versions act alike.
        #expect(files.read("\(directory)/memory.oom.group") == "0")
        #expect(files.read("\(directory)/pids.max") == "1026")
        #expect(files.read("\(directory)/cpu.max") == "10000 20000")
        #expect(cgroup.setCPU(cores: 2))
        #expect(files.read("\(directory)/cpu.max") == "40000 20000")
        cgroup.killAll()
        #expect(files.read("\(directory)/cgroup.kill") == "1")
        cgroup.remove()
        #expect(!files.directories.contains(directory))
    }

    @Test func `memory use and out-of-memory kills are read from the kernel's counters`() throws {
        let files = FakeCgroupFileSystem(own: Self.own, offered: ["memory", "pids"], processes: ["42"])
        let parent = try #require(CgroupParent.prepare(layout: Self.layout, files: files, serverID: 42))
        let cgroup = try parent.makeCgroup(limits: Self.limits)
        let directory = "\(Self.own)/strata-42/1"
        files.kernelWrites("\(directory)/memory.current", "1048576\n")
        files.kernelWrites("\(directory)/memory.peak", "2097152\n")
        #expect(cgroup.memory() == MemoryReading(currentBytes: 1 << 20, peakBytes: 2 << 20, isEnforced: true))
        #expect(!cgroup.wasOutOfMemory)
        files.kernelWrites("\(directory)/memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\n")
        #expect(cgroup.wasOutOfMemory)
        #expect(!cgroup.setCPU(cores: 1))
    }

    @Test func `a cgroup shared with other processes is not changed`() {
        let files = FakeCgroupFileSystem(own: Self.own, offered: ["memory", "pids"], processes: ["42", "7"])
        #expect(CgroupParent.prepare(layout: Self.layout, files: files, serverID: 42) == nil)
        #expect(files.directories == [Self.own])
        #expect(files.processes(in: Self.own) == ["42", "7"])
    }

    @Test func `without a controller that limits processes there is no parent`() {
        let files = FakeCgroupFileSystem(own: Self.own, offered: ["io", "cpu"], processes: ["42"])
        #expect(CgroupParent.prepare(layout: Self.layout, files: files, serverID: 42) == nil)
        #expect(files.directories == [Self.own])
        let none = CgroupLayout(ownDirectories: [:], unifiedDirectory: nil)
        #expect(CgroupParent.prepare(layout: none, files: files, serverID: 42) == nil)
    }

    @Test func `closing removes the subtree and moves the server back`() throws {
        let server = "\(getpid())"
        let files = FakeCgroupFileSystem(own: Self.own, offered: ["memory", "pids"], processes: [server])
        let parent = try #require(CgroupParent.prepare(layout: Self.layout, files: files, serverID: getpid()))
        _ = try parent.makeCgroup(limits: Self.limits)
        parent.close()
        #expect(files.directories == [Self.own])
        #expect(files.processes(in: Self.own) == [server])
        #expect(files.read("\(Self.own)/cgroup.subtree_control") == "\n")
    }

    @Test func `cgroups of dead servers are removed, those of running ones are kept`() throws {
        let files = FakeCgroupFileSystem(own: Self.own, offered: [], processes: [])
        for path in [
            "strata-10", "strata-10/server", "strata-10/1", "strata-11", "strata-11/1", "strata-12-probe", "other",
        ] {
            try files.makeDirectory("\(Self.own)/\(path)")
        }
        CgroupParent.removeStaleCgroups(layout: Self.layout, files: files) { $0 == 11 }
        let left = ["", "/other", "/strata-11", "/strata-11/1"].map { Self.own + $0 }
        #expect(files.directories == left)
    }

    @Test func `sandboxes of one group share a cgroup, which ends with the last of them`() throws {
        let files = FakeCgroupFileSystem(own: Self.own, offered: ["memory", "pids", "cpu"], processes: ["42"])
        let parent = try #require(CgroupParent.prepare(layout: Self.layout, files: files, serverID: 42))
        let (below, before) = ("\(Self.own)/strata-42", files.directories)
        func makeThree() throws {
            let cgroups = try ["one", "one", "two"].map { try parent.makeCgroup(limits: Self.limits, group: $0) }
            let directories = cgroups.flatMap(\.directories)
            #expect(directories == ["group-one-1/1", "group-one-1/2", "group-two-2/3"].map { "\(below)/\($0)" })
            #expect(files.read("\(directories[0])/cpu.max") == "10000 20000")
            #expect(files.read("\(below)/group-one-1/cpu.max") == "max 100000")
            cgroups.forEach { $0.remove() }
        }
        try makeThree()
        #expect(files.directories == before)
        let again = try parent.makeCgroup(limits: Self.limits, group: "one")
        #expect(again.directories == ["\(below)/group-one-3/4"])
    }

    @Test func `without a controller of processors there is no group`() throws {
        let files = FakeCgroupFileSystem(own: Self.own, offered: ["memory", "pids"], processes: ["42"])
        let parent = try #require(CgroupParent.prepare(layout: Self.layout, files: files, serverID: 42))
        #expect(try parent.makeCgroup(limits: Self.limits, group: "one").directories == ["\(Self.own)/strata-42/1"])
    }

    @Test func `quotas are never less than the kernel's minimum`() {
        #expect(CgroupNumbers.quotaMicroseconds(cores: 128.0 / 1769) == 1447)
        #expect(CgroupNumbers.quotaMicroseconds(cores: 0.001) == 1000)
        #expect(CgroupNumbers.quotaMicroseconds(cores: 1) == 20_000)
        #expect(CgroupNumbers.quotaMicroseconds(cores: .infinity) == 81_920_000)
    }

    @Test func `the cgroup of a process is read from the kernel's tables`() {
        let layout = CgroupLayout(
            membership: """
                12:memory:/docker/abc
                4:cpu,cpuacct:/
                2:pids:/docker/abc/inner
                1:name=systemd:/x
                0::/user.slice/a:b
                """,
            mounts: """
                22 1 8:1 / / rw - ext4 /dev/sda rw
                30 22 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:4 - cgroup2 cgroup2 rw
                31 22 0:27 /docker/abc /sys/fs/cgroup/memory rw master:5 - cgroup cgroup rw,memory
                32 22 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                33 22 0:29 /docker/abc /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
                34 22 0:30 /elsewhere /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer
                not a line
                """)
        #expect(layout.unifiedDirectory == "/sys/fs/cgroup/unified/user.slice/a:b")
        #expect(layout.ownDirectories["memory"] == "/sys/fs/cgroup/memory")
        #expect(layout.ownDirectories["cpu"] == "/sys/fs/cgroup/cpu,cpuacct")
        #expect(layout.ownDirectories["pids"] == "/sys/fs/cgroup/pids/inner")
        #expect(layout.ownDirectories["freezer"] == nil)
        #expect(CgroupLayout(membership: "", mounts: "") == CgroupLayout(ownDirectories: [:], unifiedDirectory: nil))
    }
}
