internal import Glibc
internal import SandboxPlan

/// How much of the host's processors a function may use, where cgroups limit it.
public enum CPUShare: String, Hashable, Sendable, CaseIterable {
    /// In proportion to its memory, as on Lambda: one processor at 1 769 MB.
    case lambda
    /// All of them, for functions with little memory on a machine with nothing else to do.
    case full

    /// The limit of a function, in processors.
    func cores(memoryMebibytes: Int) -> Double {
        switch self {
        case .lambda: SandboxLimits(memoryMB: memoryMebibytes).cpuCores
        case .full: Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        }
    }
}
