package import Domain
internal import RuntimeAPI
internal import Runtimes
package import SandboxPlan

/// What is the same for all sandboxes of a server.
package struct FunctionHost: Sendable {
    /// The host's own programs and libraries that an environment sees, read-only.
    package var userland: Userland
    /// The interpreters, by runtime.
    package var interpreters: [RuntimeIdentifier: Interpreter]
    /// The host's folder with a folder for each language, of which one is mounted at `/var/runtime`.
    package var runtimeFiles: String
    /// How much of the host's processors a function may use.
    package var cpuShare = CPUShare.lambda
    /// Whether functions share the host's network, or have one of their own in which only this server is reached.
    package var usesHostNetwork = false
    /// Makes the credentials of an environment.
    package var credentials: @Sendable (FunctionRevision) -> FunctionCredentials
    /// The gateway's port; the one that functions find it at.
    package var gatewayPort: UInt16
    /// Architectures that are not this host's, and whose programs the kernel runs through an emulator all the same.
    package var emulatedArchitectures: Set<Architecture> = []
    /// The emulators that are installed without a registration in the kernel, by architecture: paths of programs.
    package var unregisteredEmulators: [Architecture: String] = [:]
    /// Whether functions for another architecture run as if they were for this host's.
    package var ignoresArchitecture = false
    /// A program in an environment of a function spoke to the server as the environment's first process. Called on any
    /// thread; must not wait.
    package var didFindForgery: @Sendable (FunctionID) -> Void = { _ in }

    /// Describes a host.
    package init(
        userland: Userland, interpreters: [RuntimeIdentifier: Interpreter], runtimeFiles: String, gatewayPort: UInt16,
        usesHostNetwork: Bool = false, credentials: @escaping @Sendable (FunctionRevision) -> FunctionCredentials
    ) {
        self.userland = userland
        self.interpreters = interpreters
        self.runtimeFiles = runtimeFiles
        self.gatewayPort = gatewayPort
        self.usesHostNetwork = usesHostNetwork
        self.credentials = credentials
    }
}

/// The credentials that a function finds in its environment.
package struct FunctionCredentials: Hashable, Sendable {
    /// `AWS_ACCESS_KEY_ID`.
    package var accessKeyID: String
    /// `AWS_SECRET_ACCESS_KEY`.
    package var secretAccessKey: String
    /// `AWS_SESSION_TOKEN`.
    package var sessionToken: String

    /// Collects credentials.
    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// An interpreter on this host that runs functions.
package struct Interpreter: Hashable, Sendable {
    /// Its program inside a sandbox.
    package var command: String
    /// The host's folder to be mounted at `/var/lang`; `nil` for one that is below `/usr`, which is there anyway.
    package var prefix: String?

    /// An interpreter that was found: one below `/usr` runs where it is, any other where AWS keeps its own.
    package init(_ located: LocatedRuntime) {
        let isBelowUsr = located.prefix == "/usr" || located.prefix.hasPrefix("/usr/")
        let name = located.executable.split(separator: "/").last ?? ""
        self.init(
            command: isBelowUsr ? located.executable : "/var/lang/bin/\(name)",
            prefix: isBelowUsr ? nil : located.prefix)
    }

    /// Describes an interpreter.
    package init(command: String, prefix: String?) {
        self.command = command
        self.prefix = prefix
    }
}

/// The sandbox of one environment, as a plan. Pure.
struct FunctionSandbox {
    let revision: FunctionRevision
    let host: FunctionHost
    var isProvisioned = false
    let logStreamName: String
    /// Where the runtime API listens, seen from inside.
    let runtimeAPI: String
    /// What the function signs with.
    let credentials: FunctionCredentials

    /// The port of the runtime API inside a network of its own, as on Lambda.
    static let runtimeAPIPort: UInt16 = 9001

    /// What the init phase may use, in cores, where the function's own share is less. Lambda publishes no figure.
    private static let initCores = 2.0

    func plan() throws(InvocationRefusal) -> SandboxPlan {
        if revision.architecture != .ofThisHost, !host.ignoresArchitecture { try checkEmulation() }
        var plan = SandboxPlan(command: try command())
        plan.environment = environment()
        if !revision.extensions.isEmpty {
            plan.sidecars = revision.extensions.prefix(ExtensionLimits.extensions).map {
                "\(ExtensionPrograms.folder)/\($0)"
            }
            plan.sidecarEnvironment = extensionEnvironment()
        }
        plan.userland = host.userland
        plan.taskTree = revision.codeTree
        plan.layerTrees = revision.layerTrees
        plan.runtimeFiles = program.map { "\(host.runtimeFiles)/\($0.program.language)" }
        plan.interpreterPrefix = host.interpreters[revision.runtime]?.prefix
        plan.hiddenPaths = hostPackages
        plan.temporaryBytes = UInt64(revision.temporaryStorageMebibytes) << 20
        plan.limits = SandboxLimits(memoryMB: revision.memoryMebibytes)
        // The init phase may use more than the function's share, which begins with the first invocation: importing a
        // framework with 7 % of a core takes ten times as long as on Lambda.
        plan.limits.cpuCores = max(host.cpuShare.cores(memoryMebibytes: revision.memoryMebibytes), Self.initCores)
        // One account's thousand environments have no more of a busy host than another's single one.
        plan.processorGroup = revision.function.account.description
        plan.network =
            host.usesHostNetwork ? .host : .isolated(listeners: [Self.runtimeAPIPort, host.gatewayPort])
        return plan
    }

    private func command() throws(InvocationRefusal) -> [String] {
        if case .provided = revision.runtime.family {
            // Where there is none, executing it says so.
            return [revision.entrypoint ?? "/var/task/bootstrap"]
        }
        guard let (program, runtime) = program else {
            let names = RuntimeProgram.all.map(\.names).joined(separator: ", ")
            throw .runtimeUnavailable(
                "Strata does not run \(revision.runtime) yet: it runs \(names), provided.al2 and "
                    + "provided.al2023. A layer or package with its own bootstrap runs as provided.al2023.")
        }
        guard let interpreter = host.interpreters[revision.runtime] else {
            throw Self.missingInterpreter(of: runtime, program)
        }
        let wrapper = revision.environment[Self.wrapperVariable] ?? ""
        guard !wrapper.isEmpty else { return program.command(interpreter: interpreter.command) }
        return Self.wrapped(program.command(interpreter: interpreter.command, wrapper: wrapper))
    }

    /// What runs the function's runtime; `nil` where the function brings its own bootstrap, or nothing here runs it.
    private var program: (program: RuntimeProgram, runtime: RuntimeProgram.Runtime)? {
        RuntimeProgram.running(revision.runtime.description)
    }

    /// The folders of the host's packages, as paths inside: a function that finds one here would miss it on Lambda.
    private var hostPackages: [String] {
        guard let (program, runtime) = program, let interpreter = host.interpreters[revision.runtime] else { return [] }
        let prefix = interpreter.prefix == nil ? "/usr" : "/var/lang"
        return program.interpreters.packageFolders(runtime.version).map { "\(prefix)/\($0)" }
    }

    /// The variable that names a wrapper script ("Modifying the runtime environment" in the Lambda developer guide).
    private static let wrapperVariable = "AWS_LAMBDA_EXEC_WRAPPER"

    /// A command that begins with a wrapper: one that cannot be executed ends the runtime with a line of log, as on
    /// Lambda, and not the start of the sandbox.
    private static func wrapped(_ command: [String]) -> [String] {
        let script = """
            [ -f "$1" ] || { echo "$1: does not exist" >&2; exit 127; }
            [ -x "$1" ] || { echo "$1: is not an executable" >&2; exit 126; }
            exec "$@"
            """
        return ["/bin/sh", "-c", script, "bootstrap"] + command
    }

    /// Whether a function for another architecture runs here: an emulator runs its own bootstrap, and this host's
    /// interpreters are not for that architecture.
    private func checkEmulation() throws(InvocationRefusal) {
        let (wanted, ours) = (revision.architecture, Architecture.ofThisHost.rawValue)
        let isEmulated = host.emulatedArchitectures.contains(wanted)
        if isEmulated, case .provided = revision.runtime.family { return }
        var remedies: [String] = []
        if case .provided = revision.runtime.family {
            remedies.append(emulatorRemedy)
        } else {
            remedies.append(
                "Code that no processor matters to, such as pure Python, runs with `strata start "
                    + "--ignore-architecture`, on this host's interpreter.")
            if isEmulated {
                remedies.append(
                    "Its emulator runs bootstraps of provided.al2 and provided.al2023, not \(revision.runtime).")
            }
        }
        throw .runtimeUnavailable(
            "This function is for \(wanted.rawValue), and this host is \(ours). \(remedies.joined(separator: " ")) "
                + "Or create it with --architectures \(ours), from packages that were built for that.")
    }

    /// What a bootstrap for another architecture lacks here.
    private var emulatorRemedy: String {
        guard let program = host.unregisteredEmulators[revision.architecture] else {
            return "An emulator runs it (Debian: apt-get install qemu-user-static, then start Strata again)."
        }
        return "\(program) is installed, but not registered with this kernel (binfmt_misc), so nothing runs it. "
            + "Register it as root (Debian: apt-get install --reinstall qemu-user-static; in a container, on its "
            + "host), and start Strata again."
    }

    private static func missingInterpreter(
        of runtime: RuntimeProgram.Runtime, _ program: RuntimeProgram
    ) -> InvocationRefusal {
        let search = program.interpreters
        let option = "`strata start --runtime \(runtime.name)=/path/to/\(search.program(runtime.version))`"
        guard !program.formerRuntimes.contains(runtime) else {
            return .runtimeUnavailable(
                "Lambda no longer supports \(runtime.name). It runs here with an interpreter that you name: \(option).")
        }
        return .runtimeUnavailable(
            "This host has no interpreter for \(runtime.name). Install one (for example "
                + "`\(search.installCommand(runtime.version))`) and start the server again, or name one: "
                + "\(option).")
    }
}
