/// Who the function is inside. AWS runs functions as `sbx_user1051`, uid 993, gid 990; programs have come to rely on
/// the name being there, and so on an entry in `/etc/passwd`.
package enum SandboxUser {
    /// The login name.
    package static let name = "sbx_user1051"
    /// The user id inside.
    package static let uid: UInt32 = 993
    /// The group id inside.
    package static let gid: UInt32 = 990
}

/// Who the function is on the host, where files and signals are concerned.
package enum HostIdentity: Hashable, Sendable {
    /// A uid and gid that no one else has. Takes a server that is root.
    case distinct(uid: UInt32, gid: UInt32)
    /// The server's own uid and gid, seen from inside a user namespace.
    case server(uid: UInt32, gid: UInt32)
}

/// What a provider adds to a plan to carry it out in namespaces: values that exist only for one start.
package struct SandboxPlacement: Hashable, Sendable {
    /// The user that the sandbox's processes are on the host.
    package var identity: HostIdentity
    /// The seccomp program: BPF instructions of eight bytes each, in this machine's byte order.
    package var seccompProgram: [UInt8]
    /// The `cgroup.procs` files, as absolute paths, of the cgroups to join before anything else.
    package var cgroupMembershipFiles: [String]

    /// Describes a placement.
    package init(identity: HostIdentity, seccompProgram: [UInt8], cgroupMembershipFiles: [String] = []) {
        self.identity = identity
        self.seccompProgram = seccompProgram
        self.cgroupMembershipFiles = cgroupMembershipFiles
    }
}
