internal import LinuxSystem

/// Sets up the parent of the sandboxes' cgroups below the server's own in the unified hierarchy, and undoes it.
///
/// A cgroup passes controllers on to its children by its `cgroup.subtree_control`, and may then have no processes
/// itself, unless it is the root (the "no internal processes" rule of cgroup-v2.rst). So the server moves into a leaf
/// beside the sandboxes, and back in the end.
struct CgroupDelegation: Sendable {
    /// The directory below which the sandboxes' cgroups are made.
    let parent: String
    /// The controllers that reach them.
    let controllers: Set<String>

    private let own: String
    private let serverID: Int32
    /// The controllers that we enabled in the server's own cgroup; those enabled before stay.
    private let added: Set<String>

    /// Sets up the subtree `name` below `own`; nil, and everything as it was, when it cannot be: no controller that
    /// contains anything, no permission, or other processes in the same place.
    init?(own: String, name: String, serverID: Int32, files: any CgroupFileSystem) {
        controllers = Self.words(files.read("\(own)/cgroup.controllers")).intersection(CgroupV2.controllers)
        guard controllers.contains("memory") || controllers.contains("pids") else { return nil }
        self.own = own
        self.serverID = serverID
        parent = "\(own)/\(name)"
        added = controllers.subtracting(Self.words(files.read("\(own)/cgroup.subtree_control")))
        do {
            try files.makeDirectory(parent)
        } catch {
            return nil
        }
        do {
            if !added.isEmpty { try moveServer(files) }
            try files.write("\(parent)/cgroup.subtree_control", Self.switches("+", controllers))
        } catch {
            undo(files)
            return nil
        }
    }

    /// Moves the server into the leaf, and enables the controllers for the children.
    private func moveServer(_ files: any CgroupFileSystem) throws(SystemCallError) {
        // The root has no such file. The server need not move out of it, and its other processes are not ours.
        if files.read("\(own)/cgroup.type") != nil {
            try files.makeDirectory(leaf)
            try files.write("\(leaf)/cgroup.procs", "\(serverID)")
        }
        try files.write("\(own)/cgroup.subtree_control", Self.switches("+", added))
    }

    /// Kills what runs below, moves the server back and removes the subtree. Each step is tried even when the one
    /// before failed: what remains is removed when the next server starts.
    func undo(_ files: any CgroupFileSystem) {
        for child in files.children(of: parent) where child != Self.leafName {
            CgroupRemoval.removeTree("\(parent)/\(child)", files)
        }
        files.tryWriting("\(parent)/cgroup.subtree_control", Self.switches("-", controllers))
        if !added.isEmpty { files.tryWriting("\(own)/cgroup.subtree_control", Self.switches("-", added)) }
        if files.children(of: parent).contains(Self.leafName) {
            files.tryWriting("\(own)/cgroup.procs", "\(serverID)")
            CgroupRemoval.remove(leaf, files)
        }
        CgroupRemoval.remove(parent, files)
    }

    private var leaf: String { "\(parent)/\(Self.leafName)" }
    private static let leafName = "server"

    private static func words(_ text: String?) -> Set<String> {
        Set((text ?? "").split { $0.isWhitespace }.map(String.init))
    }

    /// The text for `cgroup.subtree_control`: each controller with a sign.
    static func switches(_ sign: String, _ controllers: Set<String>) -> String {
        controllers.sorted().map { sign + $0 }.joined(separator: " ")
    }
}
