internal import LinuxSystem
internal import SandboxPlan

/// The cgroup of one sandbox: its limits, its counters, its kill switch.
protocol Cgroup: Sendable {
    /// The files to which a process writes `0` to join.
    var membershipFiles: [String] { get }
    /// Whether the kernel has killed a process inside because of the memory limit.
    var wasOutOfMemory: Bool { get }

    /// The memory use of the processes inside; nil when this cgroup does not count memory.
    func memory() -> MemoryReading?
    /// The files that hold the peaks of the memory use, which add up.
    var peakMemoryFiles: [String] { get }
    /// Changes the CPU limit, to 4 096 cores at most; false when there is none here.
    func setCPU(cores: Double) -> Bool
    /// Kills every process inside, also those the server has no descriptor of.
    func killAll()
    /// The directories that make it up.
    var directories: [String] { get }
    /// The calls to work on them with.
    var files: any CgroupFileSystem { get }
}

extension Cgroup {
    /// Removes the cgroup once it is empty. Processes that have just ended may still be leaving it, so this tries for a
    /// moment; what remains is removed with the parent when the server stops, or at the next start.
    func remove() {
        for directory in directories { CgroupRemoval.remove(directory, files) }
    }
}

/// The numbers that both versions share.
enum CgroupNumbers {
    /// How often the CPU quota is renewed. A function with little CPU runs for its share and waits for the rest of the
    /// period: at the kernel's default of 100 ms the wait would be up to 93 ms with 128 MB, at 20 ms it is up to 19.
    static let periodMicroseconds: Double = 20_000
    /// The least quota that the kernel takes (kernel/sched/core.c, min_cfs_quota_period).
    static let leastQuotaMicroseconds: Double = 1_000
    /// Pid 1 of the sandbox and the launcher that created it do not count as the function's processes.
    static let ownProcesses = 2

    /// The quota for a number of cores.
    static func quotaMicroseconds(cores: Double) -> Int {
        Int(max(leastQuotaMicroseconds, min(cores, 4096) * periodMicroseconds))
    }
}
