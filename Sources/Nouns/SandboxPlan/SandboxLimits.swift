/// The resource limits of all processes of a sandbox together.
package struct SandboxLimits: Hashable, Sendable {
    /// Memory in bytes. Files in `/tmp` count, because they are in memory.
    package var memoryBytes: UInt64
    /// CPU time per wall time: 1 is one core.
    package var cpuCores: Double
    /// Processes and threads. AWS: 1 024 (Lambda quotas), and less with little memory.
    package var processes: Int
    /// Open descriptors of one process. AWS: 1 024 (Lambda quotas).
    package var openFiles: Int

    /// Limits in the kernel's own units.
    package init(memoryBytes: UInt64, cpuCores: Double, processes: Int = 1024, openFiles: Int = 1024) {
        self.memoryBytes = memoryBytes
        self.cpuCores = cpuCores
        self.processes = processes
        self.openFiles = openFiles
    }

    /// The limits that go with a function's memory setting: AWS gives CPU in proportion, one core at 1 769 MB.
    ///
    /// Source: "Configure Lambda function memory", AWS Lambda Developer Guide.
    package init(memoryMB: Int) {
        self.init(
            memoryBytes: UInt64(memoryMB) << 20, cpuCores: Double(memoryMB) / Self.memoryOfOneCoreMB,
            processes: min(1024, memoryMB * Self.processesOfSmallest / 128))
    }

    /// `RLIMIT_NPROC` of a Lambda function with 128 MB. The kernel sets it in proportion to memory (fork_init).
    private static let processesOfSmallest = 742

    /// The memory setting at which a function has one whole core.
    package static let memoryOfOneCoreMB = 1769.0
}
