internal import Glibc
internal import LinuxSystem

/// Removes cgroups, whose last processes may still be exiting.
enum CgroupRemoval {
    /// Removes one cgroup; true when it is gone.
    ///
    /// - Parameter attempts: how often it is tried while processes exit: after 200 µs, doubling up to 6.4 ms.
    @discardableResult
    static func remove(
        _ directory: String, _ files: any CgroupFileSystem, attempts: Int = attemptsWhileServing
    ) -> Bool {
        for attempt in 0..<attempts {
            do {
                try files.removeDirectory(directory)
                return true
            } catch {
                if error.number == ENOENT { return true }
                guard error.number == EBUSY else { return false }
                usleep(UInt32(200 << min(attempt, 5)))
            }
        }
        return false
    }

    /// Kills what runs in a cgroup, and removes it with everything below it.
    static func removeTree(_ directory: String, _ files: any CgroupFileSystem) {
        for child in files.children(of: directory) { removeTree("\(directory)/\(child)", files) }
        empty(directory, files)
        // Nothing waits for a server that ends, and nothing tries again until another one starts.
        remove(directory, files, attempts: attemptsAtTheEnd)
    }

    /// Kills the processes of a cgroup.
    private static func empty(_ directory: String, _ files: any CgroupFileSystem) {
        for line in (files.read("\(directory)/cgroup.procs") ?? "").split(separator: "\n") {
            // 0 stands for a process of another pid namespace; it would mean our own group to kill(2).
            if let process = Int32(line), process > 1 { _ = Glibc.kill(process, SIGKILL) }
        }
    }

    /// 50 ms in all.
    static let attemptsWhileServing = 12
    /// 0.4 s in all.
    private static let attemptsAtTheEnd = 60
}
