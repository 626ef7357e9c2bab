extension SandboxPlan {
    /// The steps that build the file system, in order. Pure: the same plan always gives the same steps.
    package func steps(for identity: HostIdentity) -> [PlanStep] {
        var tree = TreeBuilder()
        addUserland(to: &tree, identity: identity)
        addConfiguration(to: &tree, identity: identity)
        addFunction(to: &tree, identity: identity)
        for bind in extraBinds { tree.bind(bind, inUserNamespace: identity.isInUserNamespace) }
        addDevices(to: &tree)
        // After the devices: a hidden file becomes /dev/null.
        for path in hiddenPaths { tree.append(.mask(String(path.drop { $0 == "/" }))) }
        tree.directory("tmp")
        tree.append(.temporary("tmp", bytes: temporaryBytes, mode: 0o1777, mayExecute: true))
        addProcesses(to: &tree)
        return tree.steps
    }

    private func addUserland(to tree: inout TreeBuilder, identity: HostIdentity) {
        for bind in userland.binds { tree.bind(bind, inUserNamespace: identity.isInUserNamespace) }
        for link in userland.links { tree.link(link) }
        for file in userland.replacements { tree.replace(file) }
    }

    /// The few files of `/etc` that name resolution and user look-ups read.
    private func addConfiguration(to tree: inout TreeBuilder, identity: HostIdentity) {
        tree.file("etc/passwd", SandboxFiles.passwd)
        tree.file("etc/group", SandboxFiles.group)
        tree.file("etc/nsswitch.conf", SandboxFiles.nameServiceSwitch)
        switch network {
        case .isolated:
            tree.file("etc/hosts", SandboxFiles.hosts(hostname: hostname))
            tree.file("etc/resolv.conf", SandboxFiles.noResolver)
        case .host:
            for bind in userland.resolution { tree.bind(bind, inUserNamespace: identity.isInUserNamespace) }
        }
    }

    /// The function's code, runtime, interpreter and layers.
    private func addFunction(to tree: inout TreeBuilder, identity: HostIdentity) {
        let trees = [("var/task", taskTree), ("var/runtime", runtimeFiles), ("var/lang", interpreterPrefix)]
        for (path, source) in trees {
            tree.directory(path)
            // The runtime is shared by the functions of all accounts, and nothing is mounted below it.
            let isView = path == "var/runtime"
            if let source, isView {
                tree.append(.view(source: source, path: path, inUserNamespace: identity.isInUserNamespace))
            } else if let source {
                tree.append(.bind(source: source, path: path))
            }
        }
        tree.directory("opt")
        switch layerTrees.count {
        case 0: break
        case 1: tree.append(.bind(source: layerTrees[0], path: "opt"))
        default:
            // In a user namespace trusted attributes are not permitted, and the overlay uses `user.` ones (overlayfs).
            tree.append(
                .overlay(
                    sources: layerTrees.reversed(), path: "opt", inUserNamespace: identity.isInUserNamespace))
        }
    }

    private func addDevices(to tree: inout TreeBuilder) {
        for name in ["null", "zero", "full", "random", "urandom"] {
            tree.file("dev/\(name)", [])
            tree.append(.device(source: "/dev/\(name)", path: "dev/\(name)"))
        }
        tree.link(PlannedLink(at: "/dev/fd", to: "/proc/self/fd"))
        tree.link(PlannedLink(at: "/dev/stdin", to: "/proc/self/fd/0"))
        tree.link(PlannedLink(at: "/dev/stdout", to: "/proc/self/fd/1"))
        tree.link(PlannedLink(at: "/dev/stderr", to: "/proc/self/fd/2"))
        tree.directory("dev/shm")
        tree.append(
            .temporary("dev/shm", bytes: Self.sharedMemoryBytes, mode: 0o1777, mayExecute: false))
    }

    /// A private /proc. Files that reveal or change the host's state are masked or read-only, as OCI runtimes do:
    /// `defaultMaskedPaths` and `defaultReadonlyPaths` of containers/common and moby.
    private func addProcesses(to tree: inout TreeBuilder) {
        tree.directory("proc")
        tree.append(.processes("proc"))
        for name in ["bus", "fs", "irq", "pressure", "sys", "sysrq-trigger"] { tree.append(.readOnly("proc/\(name)")) }
        let masked = [
            "acpi", "asound", "interrupts", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list",
            "timer_stats",
        ]
        for name in masked { tree.append(.mask("proc/\(name)")) }
    }

    /// How much `/dev/shm` holds: enough for semaphores and small shared arrays. It counts as memory.
    package static let sharedMemoryBytes: UInt64 = 64 << 20
}

/// Collects steps, and adds each directory that a step needs once, before that step.
private struct TreeBuilder {
    var steps: [PlanStep] = []
    private var known: Set<String> = []

    mutating func append(_ step: PlanStep) {
        steps.append(step)
    }

    mutating func directory(_ path: String) {
        guard !path.isEmpty, known.insert(path).inserted else { return }
        parent(of: path)
        steps.append(.directory(path, mode: 0o755))
    }

    mutating func file(_ path: String, _ contents: [UInt8]) {
        guard known.insert(path).inserted else { return }
        parent(of: path)
        steps.append(.file(path, mode: 0o644, contents: contents))
    }

    mutating func link(_ link: PlannedLink) {
        let path = relative(link.path)
        guard known.insert(path).inserted else { return }
        parent(of: path)
        steps.append(.link(path: path, target: link.target))
    }

    mutating func bind(_ bind: ReadOnlyBind, inUserNamespace: Bool) {
        let path = relative(bind.target)
        if bind.isDirectory { directory(path) } else { file(path, []) }
        append(
            bind.isView
                ? .view(source: bind.source, path: path, inUserNamespace: inUserNamespace)
                : .bind(source: bind.source, path: path))
    }

    mutating func replace(_ file: ReadOnlyBind) {
        append(.bind(source: file.source, path: relative(file.target)))
    }

    private mutating func parent(of path: String) {
        guard let slash = path.lastIndex(of: "/") else { return }
        directory(String(path[..<slash]))
    }

    private func relative(_ path: String) -> String {
        String(path.drop { $0 == "/" })
    }
}
