internal import LinuxSystem

/// Files of a deployment's folder.
enum FolderPath {
    /// Makes the folder for what is built.
    static func makeBuildFolder(in folder: String) throws(SystemCallError) -> String {
        let place = try FileDescriptor.open(FilePath(folder), [.read, .directory])
        try place.ensureDirectory(at: ".strata", mode: 0o755)
        try place.ensureDirectory(at: ".strata/deploy", mode: 0o755)
        return "\(folder)/.strata/deploy"
    }
}

extension String {
    /// A path of the configuration, from the folder that it is in.
    func below(_ folder: String) -> String { hasPrefix("/") ? self : "\(folder)/\(self)" }
}
