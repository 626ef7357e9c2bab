public import Domain
internal import LinuxSystem

/// What `strata layer build` is told: an input, the functions that it is for, and what to do with the content.
public struct LayerRecipe: Hashable, Sendable {
    /// What the layer is built from.
    public var input: LayerInput
    /// The runtimes of the functions that will use it; packages for more than one go to folders of their own.
    public var runtimes: [RuntimeIdentifier]
    /// The instruction set of those functions.
    public var architecture: Architecture
    /// The path of the zip.
    public var output: String
    /// Whether it has bytecode; `nil` for the default: where there is one runtime, of Python.
    public var bytecode: Bool?
    /// What is packed though a rule would leave it out.
    public var kept: Set<SlimmingRule> = []
    /// Whether programs and shared libraries lose their symbols.
    public var stripsSymbols = false
    /// Packages that may be built from source, on this host.
    public var sourceBuilds: [String] = []
    /// Whether install scripts of npm packages run, on this host.
    public var runsScripts = false
    /// Whether a bill of materials is written beside the zip.
    public var writesMaterials = true
    /// Whether an unchanged input is built again.
    public var isForced = false

    /// Describes a layer for one input and its runtimes.
    public init(input: LayerInput, runtimes: [RuntimeIdentifier], architecture: Architecture, output: String) {
        (self.input, self.runtimes, self.architecture, self.output) = (input, runtimes, architecture, output)
    }

    /// Whether bytecode is wanted: of Python alone, and by default for one runtime.
    var wantsBytecode: Bool { input.isPython && (bytecode ?? (runtimes.count == 1)) }

    /// The path of the bill of materials: `layer.cdx.json` for `layer.zip`.
    public var materialsPath: String {
        (output.hasSuffix(".zip") ? String(output.dropLast(".zip".count)) : output) + ".cdx.json"
    }

    /// What a build writes beside the lock file.
    var outputs: [String] { [output, materialsPath] }

    /// The options that change the content, for the lock file.
    var options: [String] {
        var options = sourceBuilds.sorted().map { "build-from-source \($0)" }
        options += kept.map { "keep \($0.rawValue)" }.sorted()
        if wantsBytecode { options.append("bytecode") }
        if stripsSymbols { options.append("strip") }
        if runsScripts { options.append("run-scripts") }
        return options
    }
}

/// The programs of this host that builds use, and their cache.
public struct LayerTools: Sendable {
    /// Variables for all of them, such as `PATH`, `HOME` and `UV_…`.
    public let environment: [String: String]
    /// The path of `uv` as it was named; `nil` to look for it.
    public let installer: String?
    /// The interpreters of this host, by runtime: `python3.12`.
    public let interpreters: [String: String]

    /// Where builds keep bytecode and compressed files for the next one; `nil` for nowhere.
    let cache: BuildCache?

    /// Names the programs.
    ///
    /// - Parameter cacheFolder: A folder for what the next build will need again, of 1 GB at most; it is made when it
    ///   is needed.
    public init(
        environment: [String: String], installer: String? = nil, interpreters: [String: String] = [:],
        cacheFolder: String? = nil
    ) {
        (self.environment, self.installer, self.interpreters) = (environment, installer, interpreters)
        cache = cacheFolder.map { BuildCache(folder: $0) }
    }

    /// The first of these programs on `PATH`.
    func program(_ names: String...) -> String? {
        for name in names {
            let paths = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            if let found = paths.first(where: { ForegroundProcess.isExecutable($0) }) { return found }
        }
        return nil
    }
}

extension RuntimeIdentifier {
    /// The version of the language: `3.12` of `python3.12`.
    var languageVersion: String { String(description.drop { $0.isLetter }) }
}
