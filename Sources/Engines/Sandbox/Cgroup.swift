internal import LinuxSystem
internal import SandboxPlan

/// The cgroup of one sandbox: its limits, its counters, its switch.
protocol Cgroup: Sendable {
    /// The files to which a process writes `0` to join.
    var membershipFiles: [String] { get }
    /// Whether the kernel has ended a process inside because of the memory limit.
    var wasOutOfMemory: Bool { get }

    /// What the processes inside use, or nil when memory is not counted here.
    func memory() -> MemoryReading?
    /// The file that tells the most bytes ever in use, where there is one.
    var peakMemoryFile: String? { get }
    /// Changes the CPU limit, to 4 096 cores at most; false when there is none here.
    func setCPU(cores: Double) -> Bool
    /// Kills everything inside, also what the server has no descriptor of.
    func killAll()
    /// The directories that make it up.
    var directories: [String] { get }
    /// The calls to work on them with.
    var files: any CgroupFileSystem { get }
}

extension Cgroup {
    /// Removes the cgroup once it is empty. Processes that have just ended may still be leaving it, so this tries for a
    /// moment; what stays goes with the parent when the server stops, or at the next start.
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
    /// Pid 1 of the sandbox and the launcher that made it are not the function's processes.
    static let ownProcesses = 2

    /// The quota for so many cores.
    static func quotaMicroseconds(cores: Double) -> Int {
        Int(max(leastQuotaMicroseconds, min(cores, 4096) * periodMicroseconds))
    }
}
