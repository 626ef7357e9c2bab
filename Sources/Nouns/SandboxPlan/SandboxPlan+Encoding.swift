/// A plan is invalid.
package struct PlanError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in a few words.
    package let description: String
}

extension SandboxPlan {
    /// The plan and its placement as the bytes that `strata-init` reads (the format is `PlanEncoder`'s).
    ///
    /// Throws when a string holds a NUL, which the kernel cannot take: those come from users' environment variables.
    package func encoded(placement: SandboxPlacement) throws(PlanError) -> [UInt8] {
        try validate()
        var encoder = PlanEncoder()
        for step in steps(for: placement.identity) { encoder.step(step) }
        encoder.record(.hostname, strings: [hostname])
        encodeNetwork(into: &encoder)
        encodeIdentity(placement.identity, into: &encoder)
        for (resource, value) in resourceLimits { encoder.record(.limit, number: resource, value: value) }
        for argument in command { encoder.record(.argument, strings: [argument]) }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            encoder.record(.variable, strings: ["\(name)=\(value)"])
        }
        encodeSidecars(into: &encoder)
        encoder.record(.startDirectory, strings: [workingDirectory])
        encoder.record(.filter, payload: placement.seccompProgram)
        encoder.record(
            .calls, flags: placement.performsRefusedCalls ? .perform : [], payload: placement.forbiddenCalls)
        for path in placement.cgroupMembershipFiles { encoder.record(.cgroup, strings: [path]) }
        encoder.record(.oomScore, number: Self.runtimeOOMScore)
        return encoder.message
    }

    private func encodeSidecars(into encoder: inout PlanEncoder) {
        for sidecar in sidecars { encoder.record(.sidecar, strings: [sidecar]) }
        guard !sidecars.isEmpty else { return }
        for (name, value) in sidecarEnvironment.sorted(by: { $0.key < $1.key }) {
            encoder.record(.sidecarVariable, strings: ["\(name)=\(value)"])
        }
    }

    private func encodeNetwork(into encoder: inout PlanEncoder) {
        switch network {
        case .isolated(let listeners):
            for port in listeners { encoder.record(.listen, number: UInt32(port)) }
        case .host: encoder.record(.hostNetwork)
        }
    }

    private func encodeIdentity(_ identity: HostIdentity, into encoder: inout PlanEncoder) {
        switch identity {
        case .distinct(let uid, let gid):
            encoder.record(.identity, flags: .distinct, number: uid, value: UInt64(gid))
        case .server(let uid, let gid): encoder.record(.identity, number: uid, value: UInt64(gid))
        }
        encoder.record(.inside, number: SandboxUser.uid, value: UInt64(SandboxUser.gid))
    }

    /// Limits of each process, by the kernel's numbers (asm-generic/resource.h), which are part of its ABI.
    private var resourceLimits: [(UInt32, UInt64)] {
        [
            // RLIMIT_CORE: a core dump would hold the function's secrets. Lambda's 10 GiB would have the host's
            // handler, such as systemd-coredump, store it outside, and 0 does not keep the kernel from starting that
            // handler; 1 does (core(5), and fs/coredump.c, "RLIMIT_CORE set to 1"). Shells show it as 0.
            (4, 1),
            (6, UInt64(limits.processes)),  // RLIMIT_NPROC: counted per user namespace (Linux 5.14)
            (7, UInt64(limits.openFiles)),  // RLIMIT_NOFILE
            (8, 65_536),  // RLIMIT_MEMLOCK, as on Lambda
            (11, UInt64(limits.processes)),  // RLIMIT_SIGPENDING: the kernel gives it the value of RLIMIT_NPROC
            (12, 0),  // RLIMIT_MSGQUEUE: POSIX queues outlive the programs that made them
            (13, 0), (14, 0),  // RLIMIT_NICE, RLIMIT_RTPRIO: no process may get a higher priority than the server
        ]
    }

    /// Checks that the kernel can take every string, path and count.
    private func validate() throws(PlanError) {
        let variables = (Array(environment) + Array(sidecarEnvironment)).map { "\($0.key)=\($0.value)" }
        let texts = command + sidecars + variables + [hostname, workingDirectory]
        if texts.contains(where: { $0.utf8.contains(0) }) { throw PlanError(description: "a string holds a NUL") }
        if environment.keys.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "=")) }) {
            throw PlanError(description: "an environment variable's name is empty or holds '='")
        }
        guard let program = command.first, program.hasPrefix("/"), sidecars.allSatisfy({ $0.hasPrefix("/") }) else {
            throw PlanError(description: "the command is not an absolute path")
        }
        guard sidecars.count <= Self.sidecarLimit else { throw PlanError(description: "too many sidecars") }
        for path in hostPaths where !path.hasPrefix("/") || path.utf8.contains(0) {
            throw PlanError(description: "not an absolute path: \(path)")
        }
    }

    private var hostPaths: [String] {
        let trees = [taskTree, runtimeFiles, interpreterPrefix].compactMap(\.self) + layerTrees + hiddenPaths
        let binds = userland.binds + userland.replacements + userland.resolution + extraBinds
        return trees + binds.flatMap { [$0.source, $0.target] } + userland.links.map(\.path)
    }

    /// The `oom_score_adj` of the runtime: when a sandbox is out of memory, the kernel kills pid 1 last.
    package static let runtimeOOMScore: UInt32 = 500
}

extension SandboxPlan: CustomStringConvertible {
    /// The steps, one per line, as a privileged server would perform them, without the environment's values, which are
    /// secrets.
    package var description: String {
        let lines = steps(for: .distinct(uid: 0, gid: 0)).map(\.description)
        let end = ["network   \(network)", "limits    \(limits)", "run       \(command.joined(separator: " "))"]
        return (lines + end).joined(separator: "\n")
    }
}
