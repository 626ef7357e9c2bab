internal import Digest
internal import Domain
internal import LinuxSystem

/// Builds the zip of a layer, with its bill of materials and lock file.
///
/// The same packages make the same bytes on any host. A lock of the input always means the same packages; otherwise
/// they depend on the registry's state.
public struct LayerBuild: Sendable {
    /// What is built.
    public let recipe: LayerRecipe
    /// What with.
    public let tools: LayerTools

    /// Describes a build; does nothing yet.
    public init(_ recipe: LayerRecipe, tools: LayerTools) {
        (self.recipe, self.tools) = (recipe, tools)
    }

    /// Builds what changed. Atomic: each file is complete afterwards, or as it was before; an interruption (Ctrl-C)
    /// throws `.interrupted`.
    ///
    /// - Parameter progress: Called as the work goes on.
    public func run(progress: (BuildProgress) -> Void) throws(PackagingError) -> LayerReport {
        let hold = BlockedSignals()
        guard HostFile.kind(of: recipe.input.path) != nil else { throw .inputMissing(recipe.input.path) }
        var source = LayerLock.Layer()
        source.runtimes = recipe.runtimes.map(\.description)
        source.architecture = recipe.architecture.rawValue
        source.options = recipe.options
        source.inputs = try InputDigests(input: recipe.input).digests(excluding: recipe.outputs)
        let lock = LayerLock(folder: recipe.input.lockFolder)
        if !recipe.isForced, let known = lock.layers[name], known.hasSameSource(as: source),
            try isPresent(known)
        {
            return unchanged(known)
        }
        let folder = "\(recipe.output).building-\(ProcessID.current)"
        defer { HostFile.remove(folder) }
        try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(".", [.read, .directory]).ensureDirectory(at: FilePath(folder))
        }
        var content = try content(in: folder, hold, progress)
        if recipe.stripsSymbols, !recipe.input.isPython {
            var changed: Set<String> = []
            content.entries = try SymbolStripper(for: recipe.architecture, tools: tools, folder: folder)
                .stripped(content.entries, changed: &changed, savings: &content.savings, hold: hold)
        }
        let report = try write(content, source, lock, hold, progress)
        tools.cache?.trim()
        return report
    }

    /// The name of the layer in the lock file: that of its zip.
    private var name: String { recipe.output.split(separator: "/").last.map(String.init) ?? recipe.output }

    private var lockPath: String {
        let folder = recipe.input.lockFolder
        return folder == "." ? LayerLock.fileName : "\(folder)/\(LayerLock.fileName)"
    }

    private func content(
        in folder: String, _ hold: borrowing BlockedSignals, _ progress: (BuildProgress) -> Void
    ) throws(PackagingError) -> LayerContent {
        switch recipe.input {
        case .requirements, .pythonProject:
            let locator = UVLocator(searchPath: tools.environment["PATH"] ?? "")
            let installer = try locator.locate(named: tools.installer)
            return try PythonPackages(recipe: recipe, tools: tools, installer: installer, folder: folder)
                .content(hold: hold, progress: progress)
        case .nodePackage(let project):
            return try NodePackages(project: project, recipe: recipe, tools: tools, folder: folder)
                .content(hold: hold, progress: progress)
        case .gemfile(let path):
            return try RubyGems(gemfile: path, recipe: recipe, tools: tools, folder: folder)
                .content(hold: hold, progress: progress)
        case .jars(let path): return try HostFolder(path: path, outputs: recipe.outputs).jars()
        case .folder(let path): return try HostFolder(path: path, outputs: recipe.outputs).content()
        }
    }

    private func write(
        _ content: LayerContent, _ source: LayerLock.Layer, _ lock: LayerLock, _ hold: borrowing BlockedSignals,
        _ progress: (BuildProgress) -> Void
    ) throws(PackagingError) -> LayerReport {
        var (lock, layer, notes) = (lock, source, content.notes)
        let depth = recipe.runtimes.count == 1 || !recipe.input.isPython ? 1 : 4
        let report = try PackageWriter(output: recipe.output, cache: tools.cache).write(
            content.entries, depth: depth, hold: hold
        ) {
            progress(.stage(.pack, done: $0, total: $1))
        }
        if recipe.writesMaterials {
            let materials = BillOfMaterials(name: name, digest: report.digest, packages: content.packages)
            try PackagingError.wrapping { () throws(SystemCallError) in
                try FileReplacement(of: recipe.materialsPath).write(materials.bytes)
            }
        }
        layer.sha256 = report.digest.hex
        (layer.zippedBytes, layer.unzippedBytes) = (report.zippedBytes, report.unzippedBytes)
        layer.fileCount = report.fileCount
        layer.packages = Dictionary(content.packages.map { ($0.url, $0.digest) }) { first, _ in first }
        lock.layers[name] = layer
        do throws(SystemCallError) {
            try FileReplacement(of: lockPath).write(Array(lock.text.utf8))
        } catch {
            notes.append("\(lockPath) could not be written, so the next build starts over: \(error)")
        }
        return LayerReport(
            package: report, isUnchanged: false, packages: content.packages, savings: content.savings,
            bytecodeCount: content.bytecodeCount, notes: notes,
            materials: recipe.writesMaterials ? recipe.materialsPath : nil, lock: lockPath)
    }

    /// Whether the files that a build has made are still there.
    private func isPresent(_ layer: LayerLock.Layer) throws(PackagingError) -> Bool {
        guard HostFile.kind(of: recipe.output) == .file else { return false }
        if recipe.writesMaterials, HostFile.kind(of: recipe.materialsPath) != .file { return false }
        return try PackagingError.wrapping { () throws(SystemCallError) in
            try HostFile.digest(of: recipe.output).0.hex == layer.sha256
        }
    }

    private func unchanged(_ layer: LayerLock.Layer) -> LayerReport {
        let package = PackageReport(
            path: recipe.output, digest: SHA256Digest(hex: layer.sha256) ?? SHA256Digest(hashing: []),
            zippedBytes: layer.zippedBytes, unzippedBytes: layer.unzippedBytes, fileCount: layer.fileCount,
            largest: [], leftOut: [])
        return LayerReport(
            package: package, isUnchanged: true, packages: [], savings: [], bytecodeCount: 0, notes: [],
            materials: recipe.writesMaterials ? recipe.materialsPath : nil, lock: lockPath)
    }
}
