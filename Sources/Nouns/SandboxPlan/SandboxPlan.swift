/// The description of a sandbox, as a value: what its processes run, see and may use.
///
/// A `SandboxProvider` starts it, with namespaces today and in a microVM later, so a plan names no mechanism. Paths on
/// the host are absolute; paths inside are what the function sees.
package struct SandboxPlan: Hashable, Sendable {
    /// The program inside the sandbox, as an absolute path, and its arguments.
    package var command: [String]
    /// The environment variables of the command; it inherits none.
    package var environment: [String: String] = [:]
    /// Programs inside, as absolute paths, that are started before the command and run beside it. A plan with sidecars
    /// does not start its command until ``RunningSandbox/runCommand()``. At most ``sidecarLimit``.
    package var sidecars: [String] = []
    /// The environment variables of the sidecars.
    package var sidecarEnvironment: [String: String] = [:]
    /// Where the command starts, as a path inside.
    package var workingDirectory = "/var/task"
    /// The host name that `uname` reports inside.
    package var hostname = "strata"
    /// The files of the host that programs need: libraries, loaders, certificates.
    package var userland = Userland()
    /// The host directory that appears at `/var/task`; without one, `/var/task` is empty.
    package var taskTree: String?
    /// The host directories whose union appears at `/opt`, in layer order: later ones override earlier ones.
    package var layerTrees: [String] = []
    /// The host directory that appears at `/var/runtime`.
    package var runtimeFiles: String?
    /// The host directory that appears at `/var/lang`: the prefix of an interpreter installed elsewhere.
    package var interpreterPrefix: String?
    /// Files or directories inside that appear empty, where they exist.
    package var hiddenPaths: [String] = []
    /// Further files or directories of the host, read-only.
    package var extraBinds: [ReadOnlyBind] = []
    /// How much `/tmp` holds. AWS: 512 – 10 240 MB, default 512 (Lambda quotas).
    package var temporaryBytes: UInt64 = 512 << 20
    /// The resource limits of the processes inside.
    package var limits = SandboxLimits(memoryMB: 128)
    /// The group that it shares processors with: where all are busy, each group has as much as any other, however many
    /// sandboxes it has. Letters, digits and hyphens; `nil` for a sandbox that is a group of its own.
    package var processorGroup: String?
    /// The network that the processes inside can reach.
    package var network = SandboxNetwork.isolated(listeners: [9001])

    /// How many sidecars a plan may have (`STRATA_SIDECARS_MAX`).
    package static let sidecarLimit = 16

    /// A plan that runs `command` and has AWS's defaults otherwise.
    package init(command: [String]) {
        self.command = command
    }
}

/// The network that a sandbox can reach.
package enum SandboxNetwork: Hashable, Sendable {
    /// A loopback interface of its own, and nothing else. The server listens on each of these ports of 127.0.0.1.
    case isolated(listeners: [UInt16])
    /// The host's network, its loopback services and abstract sockets included. For trusted functions.
    case host
}

/// A file or directory of the host that appears inside, together with what is mounted below it. Always read-only,
/// without setuid programs and devices.
package struct ReadOnlyBind: Hashable, Sendable {
    /// The absolute path on the host.
    package let source: String
    /// The absolute path inside.
    package let target: String
    /// Whether the source is a directory; a target must be of the same kind.
    package let isDirectory: Bool
    /// Whether the directory, below which nothing is mounted, has inodes of its own inside, where the kernel can: what
    /// the host does with its files does not show, and locks on them do not hold outside.
    package let isView: Bool

    /// Describes a bind of a directory, or of a file.
    package init(from source: String, to target: String, isDirectory: Bool = true, isView: Bool = false) {
        self.source = source
        self.target = target
        self.isDirectory = isDirectory
        self.isView = isView
    }
}

/// A symbolic link of the sandbox's own root.
package struct PlannedLink: Hashable, Sendable {
    /// The absolute path inside at which the link stands.
    package let path: String
    /// What it points to, relative to its own directory or absolute inside.
    package let target: String

    /// Describes a link.
    package init(at path: String, to target: String) {
        self.path = path
        self.target = target
    }
}

/// The part of the host that programs need to run: `/usr`, the links into it, the loader's cache, certificates.
package struct Userland: Hashable, Sendable {
    /// What is bound from the host.
    package var binds: [ReadOnlyBind]
    /// Links of the root, such as `/lib` to `usr/lib`.
    package var links: [PlannedLink]
    /// Files of the host that take the place of entries of the binds: a target is a file or a link there, and no folder
    /// of its path is a link.
    package var replacements: [ReadOnlyBind] = []

    /// The host's name resolution, for sandboxes that share its network.
    package var resolution: [ReadOnlyBind]

    /// Describes a userland; an empty one serves statically linked programs.
    package init(binds: [ReadOnlyBind] = [], links: [PlannedLink] = [], resolution: [ReadOnlyBind] = []) {
        self.binds = binds
        self.links = links
        self.resolution = resolution
    }
}
