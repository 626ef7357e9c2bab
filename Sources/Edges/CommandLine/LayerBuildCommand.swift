internal import Domain
internal import FunctionExecution
internal import LayerCheck
internal import Packaging

/// `strata layer build`: builds a layer's zip from a list of packages, or from a folder.
enum LayerBuildCommand {
    static let requirements = Option(
        "requirements", "FILE", .optional(), help: "pip requirements file; the same as naming it as INPUT.")
    static let fromFolder = Option(
        "from-dir", "DIR", .optional(), help: "Folder with the layout of a layer, packed as it is.")
    static let runtime = Option(
        "runtime", "NAME", .repeated,
        help: "Runtime of the functions (default: python3.12, or one of the input's language). Repeated: a Python "
            + "layer for all of them."
    ) { (text) throws(ValueError) -> RuntimeIdentifier in
        guard let runtime = RuntimeIdentifier(text), runtime.family != .other else {
            throw ValueError(expectation: "a runtime such as python3.12")
        }
        return runtime
    }
    static let output = Option("output", "FILE", .defaulted("layer.zip"), help: "Zip file to write.")
    static let bytecode = Flag(
        "bytecode", help: "Fail where Python's bytecode cannot be made. It is made by default for one runtime.")
    static let noBytecode = Flag("no-bytecode", help: "Leave bytecode out.")
    static let keep = Option<SlimmingRule>(
        "keep", "RULE", .repeated,
        help: "What to pack though it is left out otherwise: 'tests' inside packages, 'stubs' (*.pyi)."
    ) { (text) throws(ValueError) -> SlimmingRule in
        guard let rule = SlimmingRule(rawValue: text) else { throw ValueError(expectation: "'tests' or 'stubs'") }
        return rule
    }
    static let strip = Flag("strip", help: "Remove symbols from programs and shared libraries.")
    static let sourceBuilds = Option(
        "build-from-source", "NAME", .repeated,
        help: "Python package to compile on this host, where no wheel exists; for this host's architecture only.")
    static let runScripts = Flag("run-scripts", help: "Run the install scripts of npm packages, on this host.")
    static let noMaterials = Flag("no-sbom", help: "Write no bill of materials beside the zip.")
    static let force = Flag("force", help: "Build again though the input is unchanged.")

    static let command = Command(
        name: "build",
        summary: "Build a layer's zip from packages or a folder, for any runtime.",
        details: """
            INPUT is a requirements.txt, a pyproject.toml (with uv.lock: its versions), a pylock.toml, a package.json
            with its lock, a Gemfile, a folder with one of them, or a folder of jars. Installs what the target needs,
            without containers, and packs it where the runtime looks: wheels with uv, for any target; npm packages and
            gems with npm and Bundler. The same packages give the same bytes on every host. Python packages get their
            bytecode, and lose tests and type stubs that nothing refers to.
            Writes the zip, its bill of materials (layer.cdx.json, CycloneDX), and strata.lock beside the input: an
            unchanged input builds nothing. Then:
              aws lambda publish-layer-version --layer-name NAME --zip-file fileb://layer.zip
            """,
        options: [
            requirements.description, fromFolder.description, runtime.description,
            BuildOptions.architecture.description, output.description, bytecode.description, noBytecode.description,
            keep.description, strip.description, sourceBuilds.description, runScripts.description,
            noMaterials.description, force.description, BuildOptions.installer.description,
            BuildOptions.json.description,
        ],
        operand: "INPUT", operandCount: .optional,
        run: { arguments, console in
            do {
                return try build(arguments, console)
            } catch let error as PackagingError where error.isAboutInput {
                throw arguments.refusal(error.description)
            }
        })

    private static func build(_ arguments: Arguments, _ console: Console) throws -> Int32 {
        let recipe = try recipe(arguments)
        let tools = try tools(arguments, console)
        var display = BuildProgressDisplay(console)
        defer { display.finish() }
        let report = try LayerBuild(recipe, tools: tools).run { display.show($0) }
        display.finish()
        let findings = report.isUnchanged ? [] : try findings(of: recipe, arguments)
        LayerBuildSummary(report: report, findings: findings).print(on: console, asJSON: arguments[BuildOptions.json])
        return findings.contains { $0.rule.severity == .error } ? 1 : 0
    }

    /// What builds are made with, for all commands that build.
    static func tools(_ arguments: Arguments, _ console: Console) throws(UsageError) -> LayerTools {
        let located = RuntimeLocator(environment: console.environment).locate()
        return LayerTools(
            environment: console.environment, installer: try arguments.optionalValue(of: BuildOptions.installer),
            interpreters: Dictionary(located.map { ($0.runtime.description, $0.executable) }) { first, _ in first },
            cacheFolder: StartCommand.cacheFolder(console.environment).map { "\($0)/layers" })
    }

    /// What the checks say of content that no installer has chosen for the target.
    private static func findings(of recipe: LayerRecipe, _ arguments: Arguments) throws -> [LayerFinding] {
        guard !recipe.input.isPython || !recipe.sourceBuilds.isEmpty else { return [] }
        let runtimes = try arguments.values(of: runtime)
        let target = LayerTarget(
            runtime: recipe.input.isPython ? recipe.runtimes.first : runtimes.first, architecture: recipe.architecture)
        return LayerInspection.findings(in: [try LayerContents(reading: recipe.output)], for: target)
    }

    private static func recipe(_ arguments: Arguments) throws -> LayerRecipe {
        let input = try input(arguments)
        var runtimes = try arguments.values(of: runtime)
        if runtimes.isEmpty { runtimes = RuntimeIdentifier(input.defaultRuntime).map { [$0] } ?? [] }
        if let other = runtimes.first(where: { !input.suits($0) }) {
            throw arguments.refusal("\(input.path) has no packages for \(other); name a --runtime of its language")
        }
        guard runtimes.count == 1 || input.isPython else {
            throw arguments.refusal("--runtime may be repeated for Python only; build a layer for each runtime")
        }
        if arguments[bytecode], arguments[noBytecode] {
            throw arguments.refusal("--bytecode and --no-bytecode exclude each other")
        }
        var recipe = LayerRecipe(
            input: input, runtimes: runtimes, architecture: try arguments.value(of: BuildOptions.architecture),
            output: try arguments.value(of: output))
        if arguments[bytecode] || arguments[noBytecode] { recipe.bytecode = arguments[bytecode] }
        recipe.kept = Set(try arguments.values(of: keep))
        recipe.stripsSymbols = arguments[strip]
        recipe.sourceBuilds = try arguments.values(of: sourceBuilds)
        recipe.runsScripts = arguments[runScripts]
        recipe.writesMaterials = !arguments[noMaterials]
        recipe.isForced = arguments[force]
        return recipe
    }

    private static func input(_ arguments: Arguments) throws -> LayerInput {
        let file = try arguments.optionalValue(of: requirements)
        let folder = try arguments.optionalValue(of: fromFolder)
        switch (arguments.operands.first, file, folder) {
        case (let path?, nil, nil): return try LayerInput(detecting: path)
        case (nil, let path?, nil): return .requirements(path)
        case (nil, nil, let path?): return try LayerInput(folder: path)
        case (nil, nil, nil):
            throw arguments.refusal("INPUT is missing: name a requirements.txt, pyproject.toml, package.json, …")
        default: throw arguments.refusal("name one input: INPUT, --requirements or --from-dir")
        }
    }
}
