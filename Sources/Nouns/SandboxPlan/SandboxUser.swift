/// The function's user inside. AWS runs functions as `sbx_user1051`, uid 993, gid 990; programs rely on the name, and
/// so on an entry in `/etc/passwd`.
package enum SandboxUser {
    /// The login name.
    package static let name = "sbx_user1051"
    /// The user id inside.
    package static let uid: UInt32 = 993
    /// The group id inside.
    package static let gid: UInt32 = 990
}

/// The function's user on the host, which decides about access to files and signals.
package enum HostIdentity: Hashable, Sendable {
    /// A uid and gid of its own. Requires a server that is root.
    case distinct(uid: UInt32, gid: UInt32)
    /// The server's own uid and gid, seen from inside a user namespace.
    case server(uid: UInt32, gid: UInt32)

    /// Whether mounts are made inside a user namespace.
    var isInUserNamespace: Bool { if case .server = self { true } else { false } }
}

/// The values that a provider adds to a plan for one start in namespaces.
package struct SandboxPlacement: Hashable, Sendable {
    /// The host user of the sandbox's processes.
    package var identity: HostIdentity
    /// The seccomp program: BPF instructions of eight bytes each, in this machine's byte order.
    package var seccompProgram: [UInt8]
    /// A bit for each system call by number: whether a call that the program refuses fails with `EPERM`. Others fail
    /// with `ENOSYS`.
    package var forbiddenCalls: [UInt8]
    /// Whether calls that the program refuses are reported and performed all the same.
    package var performsRefusedCalls: Bool
    /// The `cgroup.procs` files, as absolute paths, of the cgroups to join before anything else.
    package var cgroupMembershipFiles: [String]

    /// Describes a placement.
    package init(
        identity: HostIdentity, seccompProgram: [UInt8], forbiddenCalls: [UInt8] = [],
        performsRefusedCalls: Bool = false, cgroupMembershipFiles: [String] = []
    ) {
        self.identity = identity
        self.seccompProgram = seccompProgram
        self.forbiddenCalls = forbiddenCalls
        self.performsRefusedCalls = performsRefusedCalls
        self.cgroupMembershipFiles = cgroupMembershipFiles
    }
}
