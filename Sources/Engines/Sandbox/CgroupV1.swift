internal import LinuxSystem
internal import SandboxPlan

/// A sandbox's cgroup where every controller has a hierarchy of its own (cgroups version 1).
struct CgroupV1: Cgroup {
    /// The controllers that sandboxes use, where the host has them.
    static let controllers = ["memory", "pids", "cpu"]

    let files: any CgroupFileSystem
    private let byController: [String: String]
    /// Is there for as long as this one.
    private let group: CgroupGroup?

    /// Makes the cgroup's directories below the server's, and sets the limits.
    init(
        below parents: [String: String], name: String, limits: SandboxLimits, group: CgroupGroup? = nil,
        files: any CgroupFileSystem
    ) throws(SystemCallError) {
        self.files = files
        self.group = group
        var byController = parents.mapValues { "\($0)/\(name)" }
        if let group { byController["cpu"] = "\(group.directory)/\(name)" }
        self.byController = byController
        do {
            for directory in directories { try files.makeDirectory(directory) }
            try apply(limits)
        } catch {
            remove()
            throw error
        }
    }

    /// Controllers can share a hierarchy, so a directory can come up twice.
    var directories: [String] { Set(byController.values).sorted() }
    var membershipFiles: [String] { directories.map { "\($0)/cgroup.procs" } }

    /// What the buffers of TCP sockets may take beside the memory, which version 1 counts without them: an eighth.
    private static let socketShare: UInt64 = 8

    private func apply(_ limits: SandboxLimits) throws(SystemCallError) {
        if let memory = byController["memory"] {
            try files.write("\(memory)/memory.limit_in_bytes", "\(limits.memoryBytes)")
            // Memory and swap together, where the host counts swap: a limit that swap evades is none.
            if files.read("\(memory)/memory.memsw.limit_in_bytes") != nil {
                try files.write("\(memory)/memory.memsw.limit_in_bytes", "\(limits.memoryBytes)")
            }
            // Before any socket exists: without a limit, nothing is counted. A kernel can be built without it.
            _ = files.tryWriting(
                "\(memory)/memory.kmem.tcp.limit_in_bytes", "\(limits.memoryBytes / Self.socketShare)")
        }
        if let pids = byController["pids"] {
            try files.write("\(pids)/pids.max", "\(limits.processes + CgroupNumbers.ownProcesses)")
        }
        _ = setCPU(cores: limits.cpuCores)  // refused where the server's own limit is lower, which then applies anyway
    }

    func setCPU(cores: Double) -> Bool {
        guard let cpu = byController["cpu"] else { return false }
        return files.tryWriting("\(cpu)/cpu.cfs_period_us", "\(Int(CgroupNumbers.periodMicroseconds))")
            && files.tryWriting("\(cpu)/cpu.cfs_quota_us", "\(CgroupNumbers.quotaMicroseconds(cores: cores))")
    }

    var wasOutOfMemory: Bool {
        byController["memory"].flatMap { files.number("oom_kill", in: "\($0)/memory.oom_control") } ?? 0 > 0
    }

    func memory() -> MemoryReading? {
        guard let memory = byController["memory"] else { return nil }
        let current = ["memory.usage_in_bytes", "memory.kmem.tcp.usage_in_bytes"]
        return MemoryReading(
            currentBytes: current.compactMap { files.number("\(memory)/\($0)") }.reduce(0, +),
            peakBytes: peakMemoryFiles.compactMap { files.number($0) }.reduce(0, +), isEnforced: true)
    }

    var peakMemoryFiles: [String] {
        guard let memory = byController["memory"] else { return [] }
        return ["memory.max_usage_in_bytes", "memory.kmem.tcp.max_usage_in_bytes"].map { "\(memory)/\($0)" }
    }

    func killAll() {}  // version 1 has no such switch; when pid 1 ends, the kernel kills the rest
}
