internal import LinuxSystem
internal import SandboxPlan

/// A sandbox's cgroup in the unified hierarchy (cgroups version 2; Documentation/admin-guide/cgroup-v2.rst).
struct CgroupV2: Cgroup {
    /// The controllers that sandboxes use, where they are delegated.
    static let controllers = ["memory", "pids", "cpu"]

    let files: any CgroupFileSystem
    let directory: String
    /// Is there for as long as this one.
    private let group: CgroupGroup?

    /// Makes the cgroup and sets its limits; `controllers` are those that its parent passes on.
    init(
        _ directory: String, controllers: Set<String>, limits: SandboxLimits, group: CgroupGroup? = nil,
        files: any CgroupFileSystem
    ) throws(SystemCallError) {
        self.files = files
        self.group = group
        self.directory = directory
        try files.makeDirectory(directory)
        do {
            try apply(limits, controllers)
        } catch {
            remove()
            throw error
        }
    }

    var directories: [String] { [directory] }
    var membershipFiles: [String] { ["\(directory)/cgroup.procs"] }

    private func apply(_ limits: SandboxLimits, _ controllers: Set<String>) throws(SystemCallError) {
        if controllers.contains("memory") {
            try files.write("\(directory)/memory.max", "\(limits.memoryBytes)")
            // There is no such file on a host without swap.
            if files.read("\(directory)/memory.swap.max") != nil {
                try files.write("\(directory)/memory.swap.max", "0")
            }
        }
        if controllers.contains("pids") {
            try files.write("\(directory)/pids.max", "\(limits.processes + CgroupNumbers.ownProcesses)")
        }
        if controllers.contains("cpu") { _ = setCPU(cores: limits.cpuCores) }
    }

    func setCPU(cores: Double) -> Bool {
        let quota = CgroupNumbers.quotaMicroseconds(cores: cores)
        return set("cpu.max", "\(quota) \(Int(CgroupNumbers.periodMicroseconds))")
    }

    var wasOutOfMemory: Bool {
        files.number("oom_kill", in: "\(directory)/memory.events") ?? 0 > 0
    }

    func memory() -> MemoryReading? {
        guard let current = files.number("\(directory)/memory.current") else { return nil }
        // memory.peak is since Linux 5.19.
        let peak = files.number("\(directory)/memory.peak") ?? current
        return MemoryReading(currentBytes: current, peakBytes: peak, isEnforced: true)
    }

    var peakMemoryFiles: [String] { ["\(directory)/memory.peak"] }

    func killAll() { _ = set("cgroup.kill", "1") }

    /// False when the controller is not delegated, or the cgroup is being removed.
    private func set(_ name: String, _ text: String) -> Bool {
        files.tryWriting("\(directory)/\(name)", text)
    }
}
