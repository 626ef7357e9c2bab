internal import Glibc
internal import LinuxSystem
internal import SandboxPlan
internal import Synchronization

/// The server's own subtree of cgroups: `strata-<pid>` below wherever the server was started, one child per sandbox.
///
/// Nothing outside of that subtree is changed, with one exception that version 2 demands: only a cgroup without
/// processes can pass its controllers on, so the server moves itself into a leaf of the subtree.
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
    private let delegation: CgroupDelegation?
    private let count = Atomic<UInt64>(0)
    private let groups = Mutex(CgroupGroups())

    private init(
        version: Version, controllers: Set<String>, parents: [String: String], delegation: CgroupDelegation? = nil,
        files: any CgroupFileSystem
    ) {
        self.version = version
        self.controllers = controllers
        self.parents = parents
        self.delegation = delegation
        self.files = files
    }

    /// Creates the subtree for this server; nil when no hierarchy permits it.
    package static func prepare() throws(SandboxError) -> CgroupParent? {
        prepare(layout: .current(), files: KernelCgroupFileSystem(), serverID: getpid())
    }

    /// Like `prepare`, under another name, so that the subtree of a running server is not touched.
    static func probe() -> CgroupParent? {
        prepare(layout: .current(), files: KernelCgroupFileSystem(), serverID: getpid(), suffix: "-probe")
    }

    /// The same with all of the host's state injected, for tests.
    static func prepare(layout: CgroupLayout, files: any CgroupFileSystem, serverID: Int32, suffix: String = "")
        -> CgroupParent?
    {
        let name = "\(namePrefix)\(serverID)\(suffix)"
        return prepareV1(layout, files, name) ?? prepareV2(layout, files, name, serverID)
    }

    /// Version 1, controller by controller: those in which we may create a directory.
    private static func prepareV1(_ layout: CgroupLayout, _ files: any CgroupFileSystem, _ name: String)
        -> CgroupParent?
    {
        var parents: [String: String] = [:]
        for controller in CgroupV1.controllers {
            guard let own = layout.ownDirectories[controller] else { continue }
            let directory = "\(own)/\(name)"
            // Controllers can share a hierarchy, so we may have created the directory already.
            if !parents.values.contains(directory) {
                do { try files.makeDirectory(directory) } catch { continue }
            }
            parents[controller] = directory
        }
        guard parents["memory"] != nil || parents["pids"] != nil else {
            Set(parents.values).forEach { CgroupRemoval.remove($0, files) }
            return nil
        }
        return CgroupParent(version: .v1, controllers: Set(parents.keys), parents: parents, files: files)
    }

    private static func prepareV2(
        _ layout: CgroupLayout, _ files: any CgroupFileSystem, _ name: String, _ serverID: Int32
    ) -> CgroupParent? {
        guard let own = layout.unifiedDirectory,
            let delegation = CgroupDelegation(own: own, name: name, serverID: serverID, files: files)
        else { return nil }
        return CgroupParent(
            version: .v2, controllers: delegation.controllers, parents: [:], delegation: delegation, files: files)
    }

    /// Creates the cgroup of one sandbox and sets its limits. Those of one group share processors as one; the group's
    /// name is a part of a path.
    func makeCgroup(limits: SandboxLimits, group: String? = nil) throws(SandboxError) -> any Cgroup {
        let name = "\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
        do throws(SystemCallError) {
            let group = try self.group(group)
            if let parent = delegation?.parent {
                return try CgroupV2(
                    "\(group?.directory ?? parent)/\(name)", controllers: controllers, limits: limits, group: group,
                    files: files)
            }
            return try CgroupV1(below: parents, name: name, limits: limits, group: group, files: files)
        } catch {
            throw SandboxError(stage: "make a cgroup", errno: error.number, detail: error.call)
        }
    }

    /// The group of a name; `nil` without a name, and where the kernel does not share processors by cgroups.
    private func group(_ name: String?) throws(SystemCallError) -> CgroupGroup? {
        guard let name, let parent = delegation?.parent ?? parents["cpu"], controllers.contains("cpu") else {
            return nil
        }
        // A directory is made within the lock: that takes some microseconds, and only with an account's first sandbox.
        return try groups.withLock { groups throws(SystemCallError) in
            try groups.group(name) { directory throws(SystemCallError) in
                try CgroupGroup(
                    "\(parent)/\(directory)", passingOn: delegation == nil ? nil : controllers, files: files)
            }
        }
    }

    /// Kills what still runs in the subtree and removes it, when the server stops.
    package func close() {
        delegation?.undo(files)
        for directory in Set(parents.values) { CgroupRemoval.removeTree(directory, files) }
    }

    /// Removes the subtrees of servers that have ended and kills what they left frozen. Call once when a server starts.
    ///
    /// Before `prepare()`: a subtree with our own process id is then from an earlier process that had it.
    package static func removeStaleCgroups() {
        removeStaleCgroups(layout: .current(), files: KernelCgroupFileSystem()) {
            $0 != getpid() && !ProcessState.hasEnded($0)
        }
    }

    /// The same with all of the host's state injected, for tests.
    static func removeStaleCgroups(
        layout: CgroupLayout, files: any CgroupFileSystem, isAlive: (Int32) -> Bool
    ) {
        let places = CgroupV1.controllers.compactMap { layout.ownDirectories[$0] } + [layout.unifiedDirectory ?? ""]
        for place in Set(places) where !place.isEmpty {
            for name in files.children(of: place) where name.hasPrefix(namePrefix) {
                guard let server = Int32(name.dropFirst(namePrefix.count).prefix { $0.isNumber }), !isAlive(server)
                else { continue }
                CgroupRemoval.removeTree("\(place)/\(name)", files)
            }
        }
    }

    private static let namePrefix = "strata-"
}
