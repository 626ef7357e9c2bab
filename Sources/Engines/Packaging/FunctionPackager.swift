internal import LinuxSystem

/// Makes a deployment package from a folder of code, alone or with its dependencies beside it.
public struct FunctionPackager: Sendable {
    /// The folder; what is in it goes to the root of the zip.
    public let code: String
    /// Where dependencies come from; `nil` when layers bring them.
    public let dependencies: LayerBuilder?

    /// Takes what to package; does nothing yet.
    public init(code: String, dependencies: LayerBuilder? = nil) {
        self.code = code
        self.dependencies = dependencies
    }

    /// Writes the zip; the same files make the same bytes. Where code and a dependency have the same path, the code's
    /// file counts. Either `output` is whole afterwards, or it is as it was before.
    ///
    /// - Parameter progress: Gets lines about what is going on.
    public func package(output: String, progress: (String) -> Void) throws(PackagingError) -> PackageReport {
        let hold = BlockedSignals()
        // Listed first, so that nothing of what is made beside the output gets in.
        let own = try listing(output: output).entries(of: code)
        guard let dependencies else { return try PackageWriter(output: output).write(own, depth: 0, hold: hold) }
        return try dependencies.withDependencies(besides: output, hold: hold, progress: progress) {
            entries throws(PackagingError) in
            let all = PackageEntry.overlay(own, on: entries)
            return try PackageWriter(output: output).write(all, depth: 0, hold: hold)
        }
    }

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
                isExcluded: IgnoreRules(text: text).excludes,
                excludedFile: try here.statusIfPresent(at: FilePath(output)))
        }
    }
}
