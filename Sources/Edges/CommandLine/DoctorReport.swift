internal import AWSProtocol
internal import Domain
internal import FunctionExecution
internal import Runtimes
internal import Sandbox

/// The report of `strata doctor`: this host's capabilities, and the interpreters that functions can use.
struct DoctorReport {
    let host: HostCapabilities
    let runtimes: [LocatedRuntime]

    /// One checked capability: its name, what was found, and whether it is fully available.
    struct Finding: Equatable {
        let name: String
        let text: String
        let isGood: Bool
    }

    /// Whether functions can run on this host.
    var isUsable: Bool { !host.degraded.contains(where: \.isFatal) }

    var findings: [Finding] {
        let controllers = host.cgroupControllers.joined(separator: ", ")
        let overlay = host.overlay || host.overlayInUserNamespace
        return [
            Finding(name: "kernel", text: host.kernel, isGood: true),
            Finding(name: "user", text: host.isRoot ? "root" : "not root", isGood: true),
            namespaces,
            Finding(
                name: "cgroups", text: host.cgroupVersion.map { "\($0): \(controllers)" } ?? "not available",
                isGood: host.cgroupVersion != nil),
            Finding(name: "overlayfs", text: Self.yesOrNo(overlay), isGood: overlay),
            Finding(name: "seccomp", text: Self.yesOrNo(host.seccomp), isGood: host.seccomp),
            Finding(name: "pidfd", text: Self.yesOrNo(host.processDescriptors), isGood: host.processDescriptors),
            Finding(name: "detached mounts", text: Self.yesOrNo(host.detachedMounts), isGood: host.detachedMounts),
            Finding(name: "/dev/kvm", text: host.kvm ? "yes" : "no (not needed yet)", isGood: true),
        ]
    }

    private var namespaces: Finding {
        let missing = host.namespaces.filter { !$0.direct && !$0.inUserNamespace }.map(\.name)
        let nested = host.namespaces.filter { !$0.direct && $0.inUserNamespace }
        let how = nested.isEmpty ? "" : " (inside a user namespace)"
        let found = host.namespaces.map(\.name).filter { !missing.contains($0) }.joined(separator: ", ") + how
        let text = missing.isEmpty ? found : "\(found); not \(missing.joined(separator: ", "))"
        return Finding(name: "namespaces", text: text, isGood: missing.isEmpty)
    }

    /// The report as text.
    func text(style: TextStyle) -> String {
        var lines = findings.map { row(mark($0.isGood, style), $0.name, $0.text) }
        lines += ["", style.bold("Runtimes")]
        lines += runtimes.map {
            row(mark(true, style), $0.runtime.description, "\($0.executable) (\(Self.name(of: $0.source)))")
        }
        for program in RuntimeProgram.all
        where !runtimes.contains(where: { program.runtime(named: $0.runtime.description) != nil }) {
            let example = program.runtimes.last?.name ?? program.language
            lines.append("  no interpreter of \(program.names) found; pass --runtime \(example)=PATH to strata start")
        }
        lines.append(row(mark(true, style), "provided", "al2, al2023: the function or a layer brings the bootstrap"))
        lines += ["", style.bold("Degraded")]
        lines += host.degraded.flatMap {
            ["\(mark(false, style)) \($0.missing): \($0.effect)", "      \($0.remedy)"]
        }
        if host.degraded.isEmpty { lines.append("  nothing") }
        return lines.joined(separator: "\n")
    }

    /// The report as JSON.
    var document: AWSValue {
        .structure([
            "host": hostDocument,
            "runtimes": .list(
                runtimes.map {
                    .structure([
                        "runtime": .string($0.runtime.description), "executable": .string($0.executable),
                        "prefix": .string($0.prefix), "source": .string($0.source.description),
                    ])
                }),
            "degraded": .list(
                host.degraded.map {
                    .structure([
                        "missing": .string($0.missing), "effect": .string($0.effect), "remedy": .string($0.remedy),
                        "isFatal": .boolean($0.isFatal),
                    ])
                }),
            "isUsable": .boolean(isUsable),
        ])
    }

    private var hostDocument: AWSValue {
        .structure([
            "kernel": .string(host.kernel), "isRoot": .boolean(host.isRoot),
            "namespaces": .list(
                host.namespaces.map {
                    .structure([
                        "name": .string($0.name), "direct": .boolean($0.direct),
                        "inUserNamespace": .boolean($0.inUserNamespace),
                    ])
                }),
            "cgroupVersion": host.cgroupVersion.map { .string($0) } ?? .null,
            "cgroupControllers": .list(host.cgroupControllers.map { .string($0) }),
            "overlay": .boolean(host.overlay), "overlayInUserNamespace": .boolean(host.overlayInUserNamespace),
            "seccomp": .boolean(host.seccomp), "processDescriptors": .boolean(host.processDescriptors),
            "detachedMounts": .boolean(host.detachedMounts), "kvm": .boolean(host.kvm),
        ])
    }

    private static func name(of source: LocatedRuntime.Source) -> String {
        switch source {
        case .override: "--runtime"
        case .path: "on PATH"
        case .system: "system"
        case .installer(let tool): tool
        }
    }

    private static func yesOrNo(_ flag: Bool) -> String { flag ? "yes" : "no" }

    private func mark(_ isGood: Bool, _ style: TextStyle) -> String {
        isGood ? style.green("  ok") : style.yellow("  --")
    }

    private func row(_ mark: String, _ name: String, _ text: String) -> String {
        "\(mark)  \(name)\(String(repeating: " ", count: max(1, 17 - name.count)))\(text)"
    }
}
