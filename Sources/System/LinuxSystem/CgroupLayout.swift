internal import Glibc

/// The cgroups that this process belongs to: the directories below which it may create its own.
///
/// Version 1 has one hierarchy per controller, version 2 one for all; a host can mount both (cgroups(7)).
package struct CgroupLayout: Hashable, Sendable {
    /// Version 1: this process's directory in each controller's hierarchy.
    package let ownDirectories: [String: String]
    /// Version 2: this process's directory; nil where that hierarchy is not mounted.
    package let unifiedDirectory: String?

    /// Describes a layout.
    package init(ownDirectories: [String: String], unifiedDirectory: String?) {
        self.ownDirectories = ownDirectories
        self.unifiedDirectory = unifiedDirectory
    }

    /// The layout of this process.
    package static func current() -> CgroupLayout {
        CgroupLayout(
            membership: TextFile.read("/proc/self/cgroup") ?? "", mounts: TextFile.read("/proc/self/mountinfo") ?? "")
    }

    /// Parses the texts of `/proc/PID/cgroup` and `/proc/PID/mountinfo` (proc_pid_cgroup(5), proc_pid_mountinfo(5)).
    package init(membership: String, mounts: String) {
        var paths: [String: Substring] = [:]
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
                paths[String(controller)] = fields[2]
            }
        }
        var directories: [String: String] = [:]
        var unified: String?
        for mount in mounts.split(separator: "\n").compactMap(CgroupMount.init) {
            if mount.isUnified {
                unified = paths[""].flatMap { mount.directory(of: $0) } ?? unified
            } else {
                for name in mount.options {
                    directories[name] = paths[name].flatMap { mount.directory(of: $0) } ?? directories[name]
                }
            }
        }
        ownDirectories = directories
        unifiedDirectory = unified
    }
}

/// One line of mountinfo that mounts a cgroup hierarchy:
/// `36 25 0:31 /root /mount-point rw shared:1 - cgroup cgroup rw,memory`.
private struct CgroupMount {
    let root: Substring
    let point: Substring
    let isUnified: Bool
    let options: [String]

    init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
        guard fields[dash + 1] == "cgroup" || fields[dash + 1] == "cgroup2" else { return nil }
        root = fields[3]
        point = fields[4]
        isUnified = fields[dash + 1] == "cgroup2"
        options = fields[dash + 3].split(separator: ",").map(String.init)
    }

    /// The directory of the cgroup `path` in this mount, which may show only a part of the hierarchy.
    func directory(of path: Substring) -> String? {
        if root == "/" { return path == "/" ? String(point) : String(point + path) }
        guard path == root || path.hasPrefix(root + "/") else { return nil }
        return String(point + path.dropFirst(root.count))
    }
}
