internal import AWSProtocol
internal import Domain
internal import LayerCheck
internal import LinuxSystem
internal import PackageContents

/// `strata layer check`: what would fail, or surprise, when functions use layers.
enum LayerCheckCommand {
    static let runtime = Option(
        "runtime", "NAME", .optional(), help: "Runtime of the functions. Without it, what depends on it is not checked."
    ) { (text) throws(ValueError) -> RuntimeIdentifier in
        guard let runtime = RuntimeIdentifier(text), runtime.family != .other else {
            throw ValueError(expectation: "a runtime such as python3.12 or provided.al2023")
        }
        return runtime
    }
    static let architecture = Option(
        "architecture", "NAME", .defaulted(Architecture.byDefault.rawValue),
        help: "Architecture of the functions: x86_64 or arm64.", read: BuildOptions.architecture.read)
    static let strict = Flag("strict", help: "Exit with 1 for warnings, too.")
    static let json = Flag("json", help: "Print JSON.")
    static let sarif = Option(
        "sarif", "FILE", .optional(), help: "File to write as SARIF 2.1.0 too, which CI systems show beside code.")

    static let command = Command(
        name: "check",
        summary: "Check layers before they are published.",
        details: """
            Looks into zip files, folders or published versions (by ARN), without running anything: folders that
            runtimes do not look in, programs for another architecture, glibc or Python, modes, links, packages that
            are missing or there twice, secrets, and the size. Name the layers of a function in its order: later ones
            replace files of earlier ones.
            Exits with 1 where there are errors, and with 2 where a file cannot be read. 'strata explain CODE' says
            what a code means.
            """,
        options: [
            runtime.description, architecture.description, strict.description, json.description, sarif.description,
        ] + ServerConnection.options,
        operand: "FILE|ARN", operandCount: .oneOrMore,
        run: { arguments, console in
            let target = LayerTarget(
                runtime: try arguments.optionalValue(of: runtime),
                architecture: try arguments.value(of: architecture))
            let downloads = LayerDownloads(arguments, console)
            let report = LayerCheckReport(layers: try layers(arguments, downloads), target: target)
            if arguments[json] {
                console.print(json: report.document)
            } else {
                for line in report.lines(console.style) { console.print(line) }
            }
            if let path = try arguments.optionalValue(of: sarif) { try write(report, to: path, arguments) }
            return report.hasErrors || (arguments[strict] && !report.findings.isEmpty) ? 1 : 0
        })

    private static func layers(_ arguments: Arguments, _ downloads: LayerDownloads) throws -> [LayerContents] {
        var layers: [LayerContents] = []
        for operand in arguments.operands {
            let path = try downloads.path(of: operand)
            do throws(PackageReadError) {
                layers.append(try LayerContents(reading: path, called: operand))
            } catch {
                throw arguments.refusal(error.description)
            }
        }
        return layers
    }

    private static func write(_ report: LayerCheckReport, to path: String, _ arguments: Arguments) throws(UsageError) {
        do throws(SystemCallError) {
            let file = try FileDescriptor.open(FilePath(path), [.write, .create, .truncate], mode: 0o644)
            try file.write(all: JSON.encode(SARIFLog(of: report).document) + [UInt8(ascii: "\n")])
        } catch {
            throw arguments.refusal(error.description)
        }
    }
}
