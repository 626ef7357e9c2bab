internal import AWSProtocol
internal import Domain
internal import FunctionExecution
internal import Packaging
internal import Runtimes
internal import Sandbox

/// The report of `strata doctor`: this host's capabilities, and the interpreters that functions can use.
struct DoctorReport {
    let host: HostCapabilities
    let runtimes: [LocatedRuntime]
    let sdk: SDKReport
    /// The path of `uv`, or why there is none.
    let installer: Result<String, PackagingError>
    /// The path of `strata-init`; `nil` where it is missing.
    let initProgram: String?
    /// How programs for the other architecture run.
    let emulation: HostEmulators.Support

    /// One checked capability: its name, what was found, and whether it is fully available.
    struct Finding: Equatable {
        let name: String
        let text: String
        let isGood: Bool
    }

    /// Whether functions can run on this host.
    var isUsable: Bool { !degraded.contains(where: \.isFatal) }

    private var platforms: DoctorRuntimes { DoctorRuntimes(located: runtimes, emulation: emulation) }

    private var degraded: [HostCapabilities.Degradation] {
        guard initProgram == nil else { return host.degraded }
        let lack = HostCapabilities.Degradation(
            missing: "strata-init", effect: "the server does not start",
            remedy: "install it in the folder of this program: both come from the same package or build", isFatal: true)
        return [lack] + host.degraded
    }

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
            Finding(
                name: "strata-init", text: initProgram ?? "missing beside this program", isGood: initProgram != nil),
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
        lines += section("Runtimes", platforms.runtimes, style)
        lines += section("Architectures", platforms.architectures, style)
        lines += sdkLines(style)
        lines += ["", style.bold("Degraded")]
        lines += degraded.flatMap {
            ["\(mark(false, style)) \($0.missing): \($0.effect)", "      \($0.remedy)"]
        }
        if degraded.isEmpty { lines.append("  nothing") }
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ findings: [DoctorRuntimes.Finding], _ style: TextStyle) -> [String] {
        ["", style.bold(title)]
            + findings.map { finding in
                let remedy = finding.remedy.map { "; \($0)" } ?? ""
                return row(mark(finding.isGood, style), finding.name, finding.text + remedy)
            }
    }

    /// AWS's SDK, in the runtimes of this host that bring it.
    private func sdkLines(_ style: TextStyle) -> [String] {
        let names = runtimes.map(\.runtime.description)
        return RuntimeProgram.all.flatMap { program -> [String] in
            guard let sdk = program.sdk else { return [] }
            let rows = names.filter { program.runtime(named: $0) != nil }.flatMap { name -> [String] in
                let found = self.sdk.installed.filter { $0.runtime == name && $0.package == sdk.package }
                guard found.isEmpty else {
                    return found.map { row(mark(true, style), name, Self.text(of: $0)) }
                }
                return [row(mark(false, style), name, absence(of: name))]
            }
            return rows.isEmpty ? [] : ["", style.bold("AWS SDK: \(sdk.package)")] + rows
        }
    }

    private static func text(of sdk: InstalledSDK) -> String {
        sdk.wanted == .latest ? sdk.version : "\(sdk.version) (--\(sdk.package)-version \(sdk.wanted))"
    }

    private func absence(of runtime: String) -> String {
        if let failure = sdk.failures[runtime] { return "not installed: \(failure)" }
        switch installer {
        case .success(let path): return "not installed yet; \(path) installs it for the first function"
        case .failure(let error): return "not installed: \(error)"
        }
    }

    /// The report as JSON.
    var document: AWSValue {
        let members: [String: AWSValue] = [
            "host": hostDocument,
            "runtimes": .list(
                runtimes.map {
                    .structure([
                        "runtime": .string($0.runtime.description), "executable": .string($0.executable),
                        "prefix": .string($0.prefix), "source": .string($0.source.description),
                    ])
                }),
            "sdks": .list(
                sdk.installed.map {
                    .structure([
                        "runtime": .string($0.runtime), "package": .string($0.package), "version": .string($0.version),
                        "wanted": .string($0.wanted.description),
                    ])
                }),
            "sdkFailures": .structure(sdk.failures.mapValues { .string($0) }),
            "degraded": .list(
                degraded.map {
                    .structure([
                        "missing": .string($0.missing), "effect": .string($0.effect), "remedy": .string($0.remedy),
                        "isFatal": .boolean($0.isFatal),
                    ])
                }),
            "isUsable": .boolean(isUsable),
        ]
        return .structure(members.merging(platforms.document) { own, _ in own })
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
            "detachedMounts": .boolean(host.detachedMounts),
            "initProgram": initProgram.map { .string($0) } ?? .null,
        ])
    }

    private static func yesOrNo(_ flag: Bool) -> String { flag ? "yes" : "no" }

    private func mark(_ isGood: Bool, _ style: TextStyle) -> String {
        isGood ? style.green("  ok") : style.yellow("  --")
    }

    private func row(_ mark: String, _ name: String, _ text: String) -> String {
        "\(mark)  \(name)\(String(repeating: " ", count: max(1, 17 - name.count)))\(text)"
    }
}
