internal import Domain
internal import LinuxSystem

/// Installs Python packages for one or more runtimes, and makes their bytecode.
struct PythonPackages {
    let recipe: LayerRecipe
    let tools: LayerTools
    /// The path of `uv`.
    let installer: String
    /// A folder of this build.
    let folder: String

    /// What the input names, for every runtime.
    func content(
        hold: borrowing BlockedSignals, progress: (BuildProgress) -> Void
    ) throws(PackagingError) -> LayerContent {
        var content = LayerContent()
        let requirements = try requirements(hold, progress)
        for runtime in recipe.runtimes {
            try add(runtime, requirements, to: &content, hold, progress)
        }
        content.entries = PackageEntry.inOrder(content.entries)
        content.packages = Set(content.packages).sorted { ($0.url, $0.digest) < ($1.url, $1.digest) }
        return content
    }

    /// Where a runtime finds packages: the folder of its version where the layer is for several
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html>).
    private func place(of runtime: RuntimeIdentifier) -> String {
        recipe.runtimes.count == 1 ? "python/" : "python/lib/python\(runtime.languageVersion)/site-packages/"
    }

    private func add(
        _ runtime: RuntimeIdentifier, _ requirements: String, to content: inout LayerContent,
        _ hold: borrowing BlockedSignals, _ progress: (BuildProgress) -> Void
    ) throws(PackagingError) {
        progress(.stage(.install(runtime.description), done: 0, total: 0))
        let packages = "\(folder)/\(runtime)"
        let installation = UVInstallation(
            executable: installer, requirements: requirements,
            platform: try PythonPlatform(runtime: runtime, architecture: recipe.architecture),
            sourceBuilds: try sourceBuilds(for: runtime))
        try installation.run(into: packages, environment: tools.environment, hold: hold) { progress(.output($0)) }
        var entries = try InstalledPackages(folder: packages).entries()
        content.packages += try InstalledPackages.packages(in: entries)
        var changed: Set<String> = []
        entries = try Slimming(kept: recipe.kept).slimmed(entries, savings: &content.savings)
        if recipe.stripsSymbols {
            let stripper = try SymbolStripper(
                for: recipe.architecture, tools: tools, folder: "\(folder)/\(runtime)-files")
            entries = try stripper.stripped(entries, changed: &changed, savings: &content.savings, hold: hold)
        }
        entries = try InstalledRecord.corrected(entries, changed: changed)
        let placed = entries.map { $0.placed(under: place(of: runtime)) }
        let bytecode = try bytecode(of: placed, for: runtime, &content.notes, hold, progress)
        content.bytecodeCount += bytecode.count
        content.entries += placed + bytecode
    }

    /// The requirements file for `uv`: the input, or what the lock of a project says.
    private func requirements(
        _ hold: borrowing BlockedSignals, _ progress: (BuildProgress) -> Void
    ) throws(PackagingError) -> String {
        guard case .pythonProject(let project) = recipe.input else { return recipe.input.path }
        guard HostFile.kind(of: "\(project)/uv.lock") == .file else { return recipe.input.path }
        let exported = "\(folder)/requirements.txt"
        try UVInstallation.run(
            installer,
            [
                "export", "--project", project, "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--quiet",
                "--format", "requirements-txt", "--output-file", exported, "--no-python-downloads",
            ], environment: tools.environment, hold: hold
        ) { progress(.output($0)) }
        return exported
    }

    /// What may be built from source: with the runtime's own interpreter, for this host's architecture alone.
    private func sourceBuilds(for runtime: RuntimeIdentifier) throws(PackagingError) -> UVInstallation.SourceBuilds? {
        guard !recipe.sourceBuilds.isEmpty else { return nil }
        guard recipe.architecture == .ofThisHost else {
            throw .unsuitableTarget(
                "--build-from-source compiles for this host's \(Architecture.ofThisHost.rawValue), and the layer is "
                    + "for \(recipe.architecture.rawValue): build it on such a host")
        }
        guard let interpreter = tools.interpreters[runtime.description] else {
            throw .interpreterMissing(runtime: runtime.description, version: runtime.languageVersion)
        }
        return UVInstallation.SourceBuilds(packages: recipe.sourceBuilds, interpreter: interpreter)
    }

    private func bytecode(
        of entries: [PackageEntry], for runtime: RuntimeIdentifier, _ notes: inout [String],
        _ hold: borrowing BlockedSignals, _ progress: (BuildProgress) -> Void
    ) throws(PackagingError) -> [PackageEntry] {
        guard recipe.wantsBytecode, case .python(let minor) = runtime.family else { return [] }
        guard let interpreter = tools.interpreters[runtime.description] else {
            let missing = PackagingError.interpreterMissing(
                runtime: runtime.description, version: runtime.languageVersion)
            guard recipe.bytecode == nil else { throw missing }
            notes.append("no bytecode, so functions compile what they import: \(missing)")
            return []
        }
        let target = "\(folder)/\(runtime)-files/bytecode"
        try PackagingError.wrapping { () throws(SystemCallError) in try HostFile.makeFolders(target) }
        let compilation = BytecodeCompilation(
            interpreter: interpreter, pythonMinor: minor, folder: target, cache: tools.cache)
        return try compilation.entries(for: entries, hold: hold) { done, total in
            progress(.stage(.compile(runtime.description), done: done, total: total))
        }
    }
}
