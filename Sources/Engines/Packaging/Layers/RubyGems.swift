internal import Domain
internal import LinuxSystem

/// Installs gems with Bundler.
struct RubyGems {
    /// The path of the `Gemfile`.
    let gemfile: String
    let recipe: LayerRecipe
    let tools: LayerTools
    /// A folder of this build.
    let folder: String

    /// What is needed of a gem's folder at run time.
    private static let parts = ["gems", "specifications", "extensions", "bundler"]

    /// `ruby/gems/3.4.0`, where Lambda's Ruby runtimes look
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html>).
    func content(
        hold: borrowing BlockedSignals, progress: (BuildProgress) -> Void
    ) throws(PackagingError) -> LayerContent {
        guard let bundler = tools.program("bundle", "bundler") else {
            throw .toolMissing("bundler", "install Ruby with Bundler, for example with 'gem install bundler'")
        }
        let lock = try PackagingError.wrapping { () throws(SystemCallError) -> [UInt8]? in
            try HostFile.write(WholeFile.content(gemfile), to: "\(folder)/Gemfile")
            let lock = try HostFile.readIfPresent("\(gemfile).lock")
            if let lock { try HostFile.write(lock, to: "\(folder)/Gemfile.lock") }
            return lock
        }
        progress(.stage(.install("bundler"), done: 0, total: 0))
        var environment = tools.environment
        environment["BUNDLE_GEMFILE"] = "\(RealPath.of(folder) ?? folder)/Gemfile"
        environment["BUNDLE_PATH"] = "\(RealPath.of(folder) ?? folder)/vendor"
        environment["BUNDLE_APP_CONFIG"] = "\(RealPath.of(folder) ?? folder)/.bundle"
        environment["BUNDLE_WITHOUT"] = "development:test"
        environment["BUNDLE_CLEAN"] = "true"
        if lock != nil { environment["BUNDLE_FROZEN"] = "true" }
        try ToolRun.run(bundler, ["install"], environment: environment, hold: hold, progress: progress)
        let versions = try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath("\(folder)/vendor/ruby"), [.read, .directory]).entryNames()
        }
        guard let installed = versions.first?.description else { throw .nothingToPackage }
        return try content(of: "\(folder)/vendor/ruby/\(installed)", for: installed)
    }

    private func content(of root: String, for installed: String) throws(PackagingError) -> LayerContent {
        let runtime = recipe.runtimes[0]
        let wanted = "\(runtime.languageVersion).0"
        let listing = FolderListing(isExcluded: { path in
            !Self.parts.contains { path == $0 || path.hasPrefix("\($0)/") } || path.hasSuffix("/gem_make.out")
                || path.hasSuffix("/mkmf.log")
        })
        let entries = try listing.entries(of: root)
        let compiled = entries.first { $0.path.hasPrefix("extensions/") && $0.path.hasSuffix(".so") }
        if let compiled, installed != wanted || recipe.architecture != .ofThisHost {
            let names = compiled.path.split(separator: "/")
            throw .unsuitableTarget(
                "\(names.count > 3 ? names[3] : names[0]) is compiled for Ruby \(installed) on "
                    + "\(Architecture.ofThisHost.rawValue), and the layer is for \(runtime) on "
                    + "\(recipe.architecture.rawValue): build it there")
        }
        let packages = entries.compactMap { entry -> LayerPackage? in
            guard entry.path.hasPrefix("specifications/"), entry.path.hasSuffix(".gemspec") else { return nil }
            let name = entry.path.dropFirst("specifications/".count).dropLast(".gemspec".count)
            guard
                let hyphen = name.indices.first(where: { index in
                    let next = name.index(after: index)
                    return name[index] == "-" && next < name.endIndex && name[next].isNumber
                })
            else { return nil }
            return LayerPackage(
                kind: .gem, name: String(name[..<hyphen]), version: String(name[name.index(after: hyphen)...]),
                digest: "")
        }
        return LayerContent(
            entries: entries.map { $0.placed(under: "ruby/gems/\(wanted)/") }, packages: packages)
    }
}
