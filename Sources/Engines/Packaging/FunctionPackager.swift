internal import LinuxSystem

/// Makes a deployment package from a folder of code, with or without its dependencies.
public struct FunctionPackager: Sendable {
    /// The folder of the code; its files go to the root of the zip.
    public let code: String
    /// Installs the dependencies; `nil` when layers contain them.
    public let dependencies: PythonDependencies?
    /// Patterns, as in a `.strataignore`, of files that are packed though a rule leaves them out.
    public let included: [String]

    /// Describes a package; does nothing yet.
    public init(code: String, dependencies: PythonDependencies? = nil, including included: [String] = []) {
        self.code = code
        self.included = included
        self.dependencies = dependencies
    }

    /// Writes the zip; the same files make the same bytes. Where code and a dependency have the same path, the code's
    /// file is used. Atomic: `output` is complete afterwards, or as it was before.
    ///
    /// - Parameter progress: Called with progress messages, one line each.
    public func package(output: String, progress: (String) -> Void) throws(PackagingError) -> PackageReport {
        let hold = BlockedSignals()
        // Listed first, so that temporary files beside the output are not included.
        let contents = try listing(output: output).contents(of: code)
        let own = contents.entries
        guard let dependencies else {
            return try PackageWriter(output: output).write(own, depth: 0, hold: hold, leftOut: contents.leftOut)
        }
        return try dependencies.withEntries(besides: output, hold: hold, progress: progress) {
            entries throws(PackagingError) in
            let all = PackageEntry.overlay(own, on: entries)
            return try PackageWriter(output: output).write(all, depth: 0, hold: hold, leftOut: contents.leftOut)
        }
    }

    /// The listing of the code, with its ignore rules, without the output file.
    private func listing(output: String) throws(PackagingError) -> FolderListing {
        try PackagingError.wrapping { () throws(SystemCallError) in
            let folder = try FileDescriptor.open(FilePath(code), [.read, .directory])
            var text = ""
            if let status = try folder.statusIfPresent(at: FilePath(IgnoreRules.fileName)) {
                let file = try folder.open(at: FilePath(IgnoreRules.fileName), [.read])
                text = String(decoding: try file.bytes(count: status.size, at: 0), as: UTF8.self)
            }
            let here = try FileDescriptor.open(".", [.read, .directory])
            return FolderListing(
                rules: IgnoreRules(
                    text: text, rootNames: try folder.entryNames().map(\.description), including: included),
                excludedFile: try here.statusIfPresent(at: FilePath(output)))
        }
    }
}
