internal import LinuxSystem

/// A cgroup around those of several sandboxes, which share processors as one: the kernel gives each group as much as
/// any other, however many sandboxes one of them has. It sets no limit.
///
/// Each cgroup inside keeps it; with the last of them it is removed.
final class CgroupGroup: Sendable {
    /// The directory below which the sandboxes' cgroups are made.
    let directory: String
    private let files: any CgroupFileSystem

    /// Makes the directory.
    ///
    /// - Parameter controllers: what it passes on, which version 2 has to be told; `nil` for version 1, where it is in
    ///   the hierarchy of the `cpu` controller alone.
    init(_ directory: String, passingOn controllers: Set<String>?, files: any CgroupFileSystem) throws(SystemCallError)
    {
        self.directory = directory
        self.files = files
        try files.makeDirectory(directory)
        guard let controllers else { return }
        do {
            try files.write("\(directory)/cgroup.subtree_control", CgroupDelegation.switches("+", controllers))
        } catch {
            CgroupRemoval.remove(directory, files)
            throw error
        }
    }

    deinit { CgroupRemoval.remove(directory, files) }
}

/// The groups of a server that have sandboxes, by name.
struct CgroupGroups: Sendable {
    private struct Entry {
        weak var group: CgroupGroup?
    }

    private var entries: [String: Entry] = [:]
    private var count: UInt64 = 0

    /// The group of a name: the one that is there, or a new one.
    ///
    /// - Parameter make: makes it; given a name for its directory that none had before, because an older group of the
    ///   name may still be about to be removed.
    mutating func group(
        _ name: String, make: (String) throws(SystemCallError) -> CgroupGroup
    ) throws(SystemCallError) -> CgroupGroup {
        if let group = entries[name]?.group { return group }
        entries = entries.filter { $0.value.group != nil }
        count += 1
        let group = try make("group-\(name)-\(count)")
        entries[name] = Entry(group: group)
        return group
    }
}
