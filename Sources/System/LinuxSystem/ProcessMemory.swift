internal import Glibc

/// The memory of other processes, read from /proc. A process that ends meanwhile counts as 0 bytes.
package enum ProcessMemory {
    /// A process and all its descendants. In a pid namespace, orphans become children of pid 1, so all processes of the
    /// namespace descend from it.
    ///
    /// - Parameter limit: the search stops when it has found so many, and looks at no more threads of each.
    package static func descendants(of process: Int32, limit: Int = maximumProcessCount) -> [Int32] {
        var found = [process]
        var next = 0
        while next < found.count, found.count < limit {
            found += children(of: found[next], threadLimit: limit)
            next += 1
        }
        return Array(found.prefix(limit))
    }

    /// More processes than any sandbox may have: bounds the search in a tree that grows meanwhile.
    package static let maximumProcessCount = 4096

    /// The resident set size in bytes, shared pages included (proc_pid_statm(5)).
    package static func residentBytes(of process: Int32) -> UInt64 {
        guard let text = TextFile.read("/proc/\(process)/statm") else { return 0 }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The proportional set size in bytes: each shared page counts divided by the number of processes that map it
    /// (proc_pid_smaps(5)). Nil when the process has ended or this one may not inspect it.
    package static func proportionalBytes(of process: Int32) -> UInt64? {
        guard let text = TextFile.read("/proc/\(process)/smaps_rollup") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
            let fields = line.split(separator: " ")
            return fields.count > 1 ? UInt64(fields[1]).map { $0 << 10 } : nil
        }
        return nil
    }

    /// The children that the first threads of a process have started: a process may have thousands of threads.
    private static func children(of process: Int32, threadLimit: Int) -> [Int32] {
        guard let threads = DirectoryListing.names("/proc/\(process)/task") else { return [] }
        return threads.prefix(threadLimit).flatMap { thread in
            (TextFile.read("/proc/\(process)/task/\(thread)/children") ?? "").split(separator: " ").compactMap {
                Int32($0)
            }
        }
    }
}
