internal import AWSProtocol
internal import Domain
internal import FunctionExecution
internal import Runtimes
internal import Sandbox

/// Every runtime and architecture of Lambda: whether functions of it run on this host, and what would make them.
struct DoctorRuntimes {
    /// One runtime or architecture.
    struct Finding: Equatable {
        let name: String
        /// What was found, or what is missing.
        let text: String
        /// What to do; `nil` where it works.
        let remedy: String?

        var isGood: Bool { remedy == nil }
    }

    /// The interpreters that were found.
    let located: [LocatedRuntime]
    /// How programs for the architecture that is not this host's run.
    let emulation: HostEmulators.Support

    /// The runtimes that Lambda creates functions for and no ``RuntimeProgram`` runs, by language.
    ///
    /// Source: "Lambda runtimes", Lambda developer guide, *Supported runtimes*, in October 2026.
    private static let others: [(language: String, program: String, names: [String])] = [
        ("Node.js", "node", ["nodejs20.x", "nodejs22.x", "nodejs24.x"]),
        ("Java", "java", ["java8.al2", "java11", "java17", "java21", "java25"]),
        (".NET", "the program", ["dotnet8", "dotnet10"]),
        ("Ruby", "ruby", ["ruby3.2", "ruby3.3", "ruby3.4"]),
    ]

    /// The runtimes, by language.
    var runtimes: [Finding] {
        let own = RuntimeProgram.all.flatMap { program in program.runtimes.map { finding($0, program) } }
        let others = Self.others.flatMap { other in
            other.names.filter { RuntimeProgram.running($0) == nil }.map { name in
                Finding(
                    name: name, text: "not run: this version of Strata has no \(other.language) runtime",
                    remedy: "deploy it as provided.al2023, with an executable 'bootstrap' that starts \(other.program)")
            }
        }
        let provided = ["provided.al2", "provided.al2023"].map {
            Finding(name: $0, text: "the function or a layer brings the bootstrap", remedy: nil)
        }
        return own + others + provided
    }

    private func finding(_ runtime: RuntimeProgram.Runtime, _ program: RuntimeProgram) -> Finding {
        if let found = located.first(where: { $0.runtime.description == runtime.name }) {
            return Finding(
                name: runtime.name, text: "\(found.executable) (\(Self.name(of: found.source)))", remedy: nil)
        }
        let search = program.interpreters
        return Finding(
            name: runtime.name, text: "no interpreter found",
            remedy: "install one, for example with '\(search.installCommand(runtime.version))', or name one: "
                + "strata start --runtime \(runtime.name)=/path/to/\(search.program(runtime.version))")
    }

    /// The architectures: this host's, then the other one.
    var architectures: [Finding] {
        ([.ofThisHost] + Architecture.allCases.filter { $0 != .ofThisHost }).map { architecture in
            guard architecture != .ofThisHost else {
                return Finding(name: architecture.rawValue, text: "this host's", remedy: nil)
            }
            let register =
                "register one with the kernel's binfmt_misc: on Debian and Ubuntu, apt-get install qemu-user-static "
                + "binfmt-support"
            return switch emulation {
            case .registered:
                Finding(
                    name: architecture.rawValue, text: "in an emulator, with provided.al2 and provided.al2023",
                    remedy: nil)
            case .noRegistry:
                Finding(
                    name: architecture.rawValue,
                    text: "the kernel's registry of emulators, binfmt_misc, is not mounted",
                    remedy: "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc, on the host; then \(register)")
            case .notRegistered(let program?):
                Finding(
                    name: architecture.rawValue, text: "\(program) is there, but not registered with the kernel",
                    remedy: "\(register), and start the server again")
            case .notRegistered(nil):
                Finding(
                    name: architecture.rawValue, text: "no emulator",
                    remedy: "\(register), and start the server again; functions run with provided.al2 and "
                        + "provided.al2023")
            }
        }
    }

    /// Both lists, for the JSON report.
    var document: [String: AWSValue] {
        ["allRuntimes": Self.list(runtimes), "architectures": Self.list(architectures)]
    }

    private static func list(_ findings: [Finding]) -> AWSValue {
        .list(
            findings.map {
                .structure([
                    "name": .string($0.name), "isUsable": .boolean($0.isGood), "found": .string($0.text),
                    "remedy": $0.remedy.map { .string($0) } ?? .null,
                ])
            })
    }

    private static func name(of source: LocatedRuntime.Source) -> String {
        switch source {
        case .override: "--runtime"
        case .path: "on PATH"
        case .system: "system"
        case .installer(let tool): tool
        }
    }
}
