internal import Domain
internal import FunctionExecution
internal import LinuxSystem
internal import Packaging
internal import Runtimes
internal import Sandbox

/// `strata doctor`: what this host supports, and what is degraded by what it lacks.
enum DoctorCommand {
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "doctor",
        summary: "Show what this host supports, and what is degraded by what it lacks.",
        details: "Exits with 1 when functions cannot run on this host.",
        options: [json.description],
        run: { arguments, console in
            let locator = RuntimeLocator(environment: console.environment)
            let runtimes = locator.locate()
            let foreign: Architecture = .ofThisHost == Architecture.x86 ? .arm : .x86
            let report = DoctorReport(
                host: HostCapabilities.probe(), runtimes: runtimes, sdk: sdk(of: runtimes, console.environment),
                installer: installer(console.environment),
                initProgram: ProcessExecutable.sibling(named: "strata-init"),
                emulation: HostEmulators.support(
                    ofMachine: foreign.elfMachine, processor: foreign == .arm ? "aarch64" : "x86_64"))
            if arguments[json] {
                console.print(json: report.document)
            } else {
                console.print(report.text(style: console.style))
            }
            return report.isUsable ? 0 : 1
        })

    private static func sdk(of runtimes: [LocatedRuntime], _ environment: [String: String]) -> SDKReport {
        let packages = Set(RuntimeProgram.all.compactMap(\.sdk?.package))
        guard let package = packages.first, let cache = StartCommand.cacheFolder(environment) else {
            return SDKReport(installed: [], failures: [:])
        }
        return SDKReport(of: package, in: cache, runtimes: runtimes.map(\.runtime.description))
    }

    /// As `strata start` finds it without options.
    private static func installer(_ environment: [String: String]) -> Result<String, PackagingError> {
        let named = StartCommand.installer.description.variable.flatMap { environment[$0] }
        return Result { () throws(PackagingError) in
            try UVLocator(searchPath: environment["PATH"] ?? "").locate(named: named)
        }
    }
}
