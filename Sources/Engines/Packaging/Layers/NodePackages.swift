internal import AWSProtocol
internal import Domain
internal import LinuxSystem

/// Installs npm packages from a lock, for a target that may differ from this host.
struct NodePackages {
    /// The folder with `package.json` and its lock.
    let project: String
    let recipe: LayerRecipe
    let tools: LayerTools
    /// A folder of this build.
    let folder: String

    private static let locks = ["npm-shrinkwrap.json", "package-lock.json"]

    /// `nodejs/node_modules`, where Lambda's Node.js runtimes look
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html>).
    func content(
        hold: borrowing BlockedSignals, progress: (BuildProgress) -> Void
    ) throws(PackagingError) -> LayerContent {
        guard let npm = tools.program("npm") else {
            throw .toolMissing("npm", "install Node.js with npm 10 or later")
        }
        try PackagingError.wrapping { () throws(SystemCallError) in try copyProject() }
        guard Self.locks.contains(where: { HostFile.kind(of: "\(folder)/\($0)") == .file }) else {
            throw .unsuitableTarget(
                "\(project)/package.json has no lock beside it; make one with 'npm install --package-lock-only' there")
        }
        progress(.stage(.install("npm"), done: 0, total: 0))
        try ToolRun.run(npm, arguments, environment: tools.environment, hold: hold, progress: progress)
        let modules = "\(folder)/node_modules"
        guard HostFile.kind(of: modules) == .directory else { throw .nothingToPackage }
        // The list of what is installed, which only npm reads, has the registry's addresses.
        let listing = FolderListing(isExcluded: { $0 == Self.hiddenLock })
        let entries = try listing.entries(of: modules).map { $0.placed(under: "nodejs/node_modules/") }
        return LayerContent(entries: PackageEntry.inOrder(entries), packages: try packages(in: modules))
    }

    private static let hiddenLock = ".package-lock.json"

    private var arguments: [String] {
        [
            "ci", "--prefix", folder, "--omit=dev", "--os=linux", "--libc=glibc",
            "--cpu=\(recipe.architecture == .arm ? "arm64" : "x64")", "--no-audit", "--no-fund", "--no-update-notifier",
        ] + (recipe.runsScripts ? [] : ["--ignore-scripts"])
    }

    /// npm works in the folder of the project, so it gets one of its own.
    private func copyProject() throws(SystemCallError) {
        for name in ["package.json", ".npmrc"] + Self.locks {
            guard let bytes = try HostFile.readIfPresent("\(project)/\(name)") else { continue }
            try HostFile.write(bytes, to: "\(folder)/\(name)")
        }
    }

    /// What npm says that it has installed.
    private func packages(in modules: String) throws(PackagingError) -> [LayerPackage] {
        let lock = try PackagingError.wrapping { () throws(SystemCallError) in
            try HostFile.readIfPresent("\(modules)/\(Self.hiddenLock)")
        }
        // One that cannot be read names no package; the layer is complete without it.
        guard let lock, let document = try? JSON.decode(lock), let all = document["packages"]?.members else {
            return []
        }
        return all.compactMap { path, package in
            guard let start = path.ranges(of: "node_modules/").last?.upperBound else { return nil }
            return LayerPackage(
                kind: .npm, name: package["name"]?.text ?? String(path[start...]),
                version: package["version"]?.text ?? "", digest: package["integrity"]?.text ?? "",
                license: package["license"]?.text ?? "",
                dependencies: (package["dependencies"]?.members?.keys).map { $0.sorted() } ?? [])
        }.sorted { ($0.url, $0.digest) < ($1.url, $1.digest) }
    }
}

extension AWSValue {
    /// A string's text.
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
