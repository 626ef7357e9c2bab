internal import CLinux
internal import Glibc
internal import LinuxSystem

/// What this host offers to sandboxes, and what is degraded by what it lacks. The facts behind `strata doctor`.
package struct HostCapabilities: Hashable, Sendable, Codable {
    /// One namespace kind, by its name in namespaces(7), and who may make it.
    package struct Namespace: Hashable, Sendable, Codable {
        /// `user`, `mount`, `pid`, `ipc`, `uts`, `network` or `cgroup`.
        package let name: String
        /// Whether this process may make one as it is.
        package let direct: Bool
        /// Whether it may make one inside a user namespace of its own.
        package let inUserNamespace: Bool
    }

    /// Something that is missing, what that costs, and what to do about it.
    package struct Degradation: Hashable, Sendable, Codable {
        /// What is missing.
        package let missing: String
        /// What does not work, or works less well.
        package let effect: String
        /// What to do on this host.
        package let remedy: String
        /// Whether functions cannot run at all.
        package let isFatal: Bool
    }

    /// The kernel's release, as `uname -r` prints it.
    package let kernel: String
    /// Whether the server runs as root.
    package let isRoot: Bool
    /// Whether it has root's power over namespaces, so that environments become distinct users of the host.
    package let isPrivileged: Bool
    /// Every kind of namespace.
    package let namespaces: [Namespace]
    /// `v1`, `v2`, or nil when no cgroup can be made below the server's own.
    package let cgroupVersion: String?
    /// The controllers that can be used, of `memory`, `pids` and `cpu`.
    package let cgroupControllers: [String]
    /// Whether layers can be overlaid as the server runs now.
    package let overlay: Bool
    /// Whether an overlay can be mounted inside a user namespace.
    package let overlayInUserNamespace: Bool
    /// Whether system calls can be filtered.
    package let seccomp: Bool
    /// Whether a descriptor can stand for a process (Linux 5.3).
    package let processDescriptors: Bool
    /// Whether mounts can be made before they are attached (Linux 5.2, attributes 5.12).
    package let detachedMounts: Bool
    /// Whether microVMs could be used: `/dev/kvm` can be opened.
    package let kvm: Bool

    /// What is degraded by what is missing; empty on a host that has everything.
    package var degraded: [Degradation] {
        HostDegradations.of(self)
    }

    /// Looks at the host. Makes and removes a cgroup; takes some milliseconds. Leaves nothing.
    package static func probe() -> HostCapabilities {
        let parent = CgroupParent.probe()
        let isPrivileged = IdentityPool.isServerPrivileged()
        defer { parent?.close() }
        return HostCapabilities(
            kernel: TextFile.read("/proc/sys/kernel/osrelease")?.split(separator: "\n").first.map(String.init) ?? "",
            isRoot: geteuid() == 0, isPrivileged: isPrivileged,
            namespaces: kinds.map { name, flag in
                Namespace(
                    name: name, direct: clinux_probe_namespaces(flag, 0) == 0,
                    inUserNamespace: clinux_probe_namespaces(flag, 1) == 0)
            },
            cgroupVersion: parent?.version.rawValue, cgroupControllers: parent?.controllers.sorted() ?? [],
            overlay: clinux_probe_overlay(isPrivileged ? 0 : 1) == 0,
            overlayInUserNamespace: clinux_probe_overlay(1) == 0,
            seccomp: access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0,
            processDescriptors: hasProcessDescriptors(), detachedMounts: clinux_has_detached_mounts() != 0,
            kvm: access("/dev/kvm", R_OK | W_OK) == 0)
    }

    private static let kinds: [(String, Int32)] = [
        ("user", Int32(CLINUX_NEW_USER.rawValue)), ("mount", Int32(CLINUX_NEW_MOUNT.rawValue)),
        ("pid", Int32(CLINUX_NEW_PID.rawValue)), ("ipc", Int32(CLINUX_NEW_IPC.rawValue)),
        ("uts", Int32(CLINUX_NEW_UTS.rawValue)), ("network", Int32(CLINUX_NEW_NETWORK.rawValue)),
        ("cgroup", Int32(CLINUX_NEW_CGROUP.rawValue)),
    ]

    private static func hasProcessDescriptors() -> Bool {
        let number = clinux_pidfd_open(getpid())
        guard number >= 0 else { return false }
        _ = FileDescriptor(owning: number)
        return true
    }
}
