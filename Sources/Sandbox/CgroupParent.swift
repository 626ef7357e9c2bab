internal import Glibc
internal import LinuxSystem
internal import SandboxPlan
internal import Synchronization

/// The server's own subtree of cgroups: `strata-<pid>` below wherever the server was started, one child per sandbox.
///
/// Nothing outside of that subtree is ever changed, with one exception that version 2 demands: its controllers can only
/// be passed on by a cgroup without processes, so the server moves itself into a leaf of the subtree.
package final class CgroupParent: Sendable {
    /// Which version of cgroups limits the sandboxes.
    package enum Version: String, Hashable, Sendable, Codable {
        /// A hierarchy per controller.
        case v1
        /// One hierarchy for all.
        case v2
    }

    /// Which version is in use.
    package let version: Version
    /// The controllers that limit sandboxes here.
    package let controllers: Set<String>

    private let files: any CgroupFileSystem
    private let parents: [String: String]
    private let count = Atomic<UInt64>(0)

    private init(
        version: Version, controllers: Set<String>, parents: [String: String], files: any CgroupFileSystem
    ) {
        self.version = version
        self.controllers = controllers
        self.parents = parents
        self.files = files
    }

    /// Makes the subtree for this server; nil when no hierarchy lets it.
    package static func prepare() throws(SandboxError) -> CgroupParent? {
        prepare(layout: .current(), files: KernelCgroupFileSystem(), serverID: getpid())
    }

    /// The same with everything that comes from the host given, for tests.
    static func prepare(layout: CgroupLayout, files: any CgroupFileSystem, serverID: Int32) -> CgroupParent? {
        let name = "\(namePrefix)\(serverID)"
        return separate(layout, files, name) ?? unified(layout, files, name, serverID)
    }

    /// Version 1, controller by controller: whichever lets us.
    private static func separate(_ layout: CgroupLayout, _ files: any CgroupFileSystem, _ name: String) -> CgroupParent?
    {
        var parents: [String: String] = [:]
        for controller in CgroupV1.controllers {
            guard let own = layout.ownDirectories[controller] else { continue }
            let directory = "\(own)/\(name)"
            do { try files.makeDirectory(directory) } catch {
                guard error.number == EEXIST else { continue }
            }
            parents[controller] = directory
        }
        guard parents["memory"] != nil || parents["pids"] != nil else {
            Set(parents.values).forEach { CgroupRemoval.remove($0, files) }
            return nil
        }
        return CgroupParent(version: .v1, controllers: Set(parents.keys), parents: parents, files: files)
    }

    /// Version 2: the server goes into a leaf, then controllers are passed on from its old place to the subtree, and
    /// from there to the sandboxes.
    private static func unified(
        _ layout: CgroupLayout, _ files: any CgroupFileSystem, _ name: String, _ serverID: Int32
    ) -> CgroupParent? {
        guard let own = layout.unifiedDirectory else { return nil }
        let offered = Set((files.read("\(own)/cgroup.controllers") ?? "").split { $0.isWhitespace }.map(String.init))
        let wanted = offered.intersection(CgroupV2.controllers)
        guard wanted.contains("memory") || wanted.contains("pids") else { return nil }
        let parent = "\(own)/\(name)"
        let switches = wanted.sorted().map { "+\($0)" }.joined(separator: " ")
        do {
            try files.makeDirectory(parent)
            try files.makeDirectory("\(parent)/\(serverLeaf)")
            try files.write("\(parent)/\(serverLeaf)/cgroup.procs", "\(serverID)")
            try files.write("\(own)/cgroup.subtree_control", switches)
            try files.write("\(parent)/cgroup.subtree_control", switches)
        } catch {
            // Someone else's processes share our place, or it is not delegated: go back and do without.
            try? files.write("\(own)/cgroup.procs", "\(serverID)")
            CgroupRemoval.remove("\(parent)/\(serverLeaf)", files)
            CgroupRemoval.remove(parent, files)
            return nil
        }
        return CgroupParent(version: .v2, controllers: wanted, parents: ["": parent], files: files)
    }

    /// A cgroup for one sandbox, with its limits set.
    func makeCgroup(limits: SandboxLimits) throws(SandboxError) -> any Cgroup {
        let name = "\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
        do {
            if let parent = parents[""] {
                return try CgroupV2("\(parent)/\(name)", controllers: controllers, limits: limits, files: files)
            }
            return try CgroupV1(below: parents, name: name, limits: limits, files: files)
        } catch {
            throw SandboxError(stage: "make a cgroup", errno: error.number, detail: error.call)
        }
    }

    /// Removes the subtree and whatever still runs in it, when the server stops.
    package func close() {
        if let parent = parents[""] {
            let own = parent[..<(parent.lastIndex(of: "/") ?? parent.startIndex)]
            // Out of the leaf, or it could not be removed. Where that is refused, the leaf stays until the next start.
            try? files.write("\(own)/cgroup.procs", "\(getpid())")
        }
        for directory in Set(parents.values) { CgroupRemoval.removeTree(directory, files) }
    }

    /// Removes the subtrees of servers that are gone, and ends what they left frozen: call once when a server starts.
    package static func removeStaleCgroups() {
        removeStaleCgroups(layout: .current(), files: KernelCgroupFileSystem()) { access("/proc/\($0)", F_OK) == 0 }
    }

    /// The same with everything that comes from the host given, for tests.
    static func removeStaleCgroups(
        layout: CgroupLayout, files: any CgroupFileSystem, isAlive: (Int32) -> Bool
    ) {
        let places = CgroupV1.controllers.compactMap { layout.ownDirectories[$0] } + [layout.unifiedDirectory ?? ""]
        for place in Set(places) where !place.isEmpty {
            for name in files.children(of: place) where name.hasPrefix(namePrefix) {
                guard let server = Int32(name.dropFirst(namePrefix.count)), !isAlive(server) else { continue }
                CgroupRemoval.removeTree("\(place)/\(name)", files)
            }
        }
    }

    private static let namePrefix = "strata-"
    private static let serverLeaf = "server"
}
