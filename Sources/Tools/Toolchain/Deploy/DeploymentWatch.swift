public import LinuxSystem
internal import Packaging

/// The files whose edits matter to a deployment.
public struct DeploymentWatch: ~Copyable {
    private let watch: FolderWatch
    private let folder: String

    /// Watches a folder with a `strata.toml`.
    public init(folder: String) throws {
        watch = try FolderWatch()
        self.folder = folder
    }

    /// Watches what a configuration names: its file, code, and the inputs of layers. Called again after each change,
    /// for folders that are new.
    public borrowing func cover(_ configuration: DeploymentConfiguration?) throws {
        try watch.add(folder)
        var folders: [String] = []
        for layer in configuration?.layers ?? [] {
            switch layer.source {
            case .folder(let path): folders.append(path.below(folder))
            case .input(let path), .zip(let path): try watch.add(Self.parent(of: path.below(folder)))
            }
        }
        folders += (configuration?.functions ?? []).map { $0.code.below(folder) }
        for path in folders { try cover(tree: path, "") }
    }

    /// Waits for a change.
    ///
    /// - Returns: false when a signal that `hold` blocks is pending.
    public borrowing func awaitChange(hold: borrowing BlockedSignals) -> Bool { watch.awaitChange(hold: hold) }

    /// Folders that are left out of packages are not watched: what is built is written into one of them.
    private borrowing func cover(tree root: String, _ path: String) throws {
        let here = path.isEmpty ? root : "\(root)/\(path)"
        let directory = try FileDescriptor.open(FilePath(here), [.read, .directory])
        try watch.add(here)
        for name in try directory.entryNames() {
            let below = path.isEmpty ? name.description : "\(path)/\(name)"
            // A file that has gone meanwhile is a change, which comes next.
            guard try directory.statusIfPresent(at: name)?.kind == .directory, !Self.rules.excludes(below) else {
                continue
            }
            try cover(tree: root, below)
        }
    }

    private static let rules = IgnoreRules()

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
