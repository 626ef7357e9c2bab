internal import CLinux
internal import Glibc
internal import LinuxSystem

/// The capabilities of this host that sandboxes use, and what is degraded where one is missing. `strata doctor` prints
/// them.
package struct HostCapabilities: Hashable, Sendable, Codable {
    /// One kind of namespace, by its name in namespaces(7), and whether this process can create it.
    package struct Namespace: Hashable, Sendable, Codable {
        /// `user`, `mount`, `pid`, `ipc`, `uts`, `network` or `cgroup`.
        package let name: String
        /// Whether this process can create one directly.
        package let direct: Bool
        /// Whether it can create one inside a user namespace of its own.
        package let inUserNamespace: Bool
    }

    /// A missing capability, its effect, and the remedy.
    package struct Degradation: Hashable, Sendable, Codable {
        /// What is missing.
        package let missing: String
        /// What does not work, or works less well.
        package let effect: String
        /// What to do on this host.
        package let remedy: String
        /// Whether functions cannot run at all.
        package let isFatal: Bool

        /// Describes what is missing.
        package init(missing: String, effect: String, remedy: String, isFatal: Bool) {
            self.missing = missing
            self.effect = effect
            self.remedy = remedy
            self.isFatal = isFatal
        }
    }

    /// The kernel's release, as `uname -r` prints it.
    package let kernel: String
    /// Whether the server runs as root.
    package let isRoot: Bool
    /// Whether it can create namespaces directly, so that environments become distinct users of the host.
    package let isPrivileged: Bool
    /// Whether environments of an ordinary user become users of their own.
    package let subordinateUsers: SubordinateUsers.Standing
    /// Every kind of namespace.
    package let namespaces: [Namespace]
    /// `v1`, `v2`, or nil when no cgroup can be created below the server's own.
    package let cgroupVersion: String?
    /// The controllers that can be used, of `memory`, `pids` and `cpu`.
    package let cgroupControllers: [String]
    /// Whether layers can be overlaid as the server runs now.
    package let overlay: Bool
    /// Whether an overlay can be mounted inside a user namespace.
    package let overlayInUserNamespace: Bool
    /// Whether system calls can be filtered.
    package let seccomp: Bool
    /// Whether the kernel has pidfds (Linux 5.3).
    package let processDescriptors: Bool
    /// Whether the kernel has detached mounts (Linux 5.2, their attributes 5.12).
    package let detachedMounts: Bool

    /// The degradations; empty on a host that has every capability.
    package var degraded: [Degradation] {
        HostDegradations.of(self)
    }

    /// Probes the host. Creates and removes a cgroup; takes some milliseconds and leaves nothing behind.
    package static func probe() -> HostCapabilities {
        let parent = CgroupParent.probe()
        let isPrivileged = IdentityPool.isServerPrivileged()
        defer { parent?.close() }
        return HostCapabilities(
            kernel: TextFile.read("/proc/sys/kernel/osrelease")?.split(separator: "\n").first.map(String.init) ?? "",
            isRoot: geteuid() == 0, isPrivileged: isPrivileged, subordinateUsers: SubordinateUsers.standing(),
            namespaces: kinds.map { name, flag in
                Namespace(
                    name: name, direct: clinux_probe_namespaces(flag, 0) == 0,
                    inUserNamespace: clinux_probe_namespaces(flag, 1) == 0)
            },
            cgroupVersion: parent?.version.rawValue, cgroupControllers: parent?.controllers.sorted() ?? [],
            overlay: clinux_probe_overlay(isPrivileged ? 0 : 1) == 0,
            overlayInUserNamespace: clinux_probe_overlay(1) == 0,
            seccomp: access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0,
            processDescriptors: hasProcessDescriptors(), detachedMounts: clinux_has_detached_mounts() != 0)
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
