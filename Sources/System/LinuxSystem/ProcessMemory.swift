internal import Glibc

/// The memory of other processes, as /proc tells it. A process that ends meanwhile counts as nothing.
package enum ProcessMemory {
    /// A process and everything that descends from it. Inside a pid namespace orphans become children of pid 1, so from
    /// its first process nothing escapes.
    package static func descendants(of process: Int32) -> [Int32] {
        var found = [process]
        var next = 0
        while next < found.count, found.count < familyLimit {
            found += children(of: found[next])
            next += 1
        }
        return found
    }

    /// Bytes of physical memory that the process has mapped, shared ones included; proc_pid_statm(5).
    package static func residentBytes(of process: Int32) -> UInt64 {
        guard let text = TextFile.read("/proc/\(process)/statm") else { return 0 }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Bytes of physical memory with every shared page divided by its users; proc_pid_smaps(5). Nil when the process is
    /// gone or not ours to look into.
    package static func proportionalBytes(of process: Int32) -> UInt64? {
        guard let text = TextFile.read("/proc/\(process)/smaps_rollup") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
            let fields = line.split(separator: " ")
            return fields.count > 1 ? UInt64(fields[1]).map { $0 << 10 } : nil
        }
        return nil
    }

    private static func children(of process: Int32) -> [Int32] {
        guard let threads = DirectoryListing.names("/proc/\(process)/task") else { return [] }
        return threads.flatMap { thread in
            (TextFile.read("/proc/\(process)/task/\(thread)/children") ?? "").split(separator: " ").compactMap {
                Int32($0)
            }
        }
    }

    /// More processes than any sandbox may have; a bound for a family that grows while we look.
    private static let familyLimit = 4096
}
