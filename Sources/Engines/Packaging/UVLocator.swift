internal import LinuxSystem

/// Finds the `uv` program (<https://docs.astral.sh/uv>), which installs wheels for other platforms than this host's.
public struct UVLocator: Sendable {
    /// The variable `PATH`.
    let searchPath: String
    /// Whether a path is an executable program.
    let isExecutable: @Sendable (String) -> Bool

    /// Makes a locator for this host's file system.
    public init(searchPath: String) {
        self.init(searchPath: searchPath) { path in
            ForegroundProcess.isExecutable(path)
        }
    }

    init(searchPath: String, isExecutable: @escaping @Sendable (String) -> Bool) {
        self.searchPath = searchPath
        self.isExecutable = isExecutable
    }

    /// The path of `uv`: the one that was named, else the first on `PATH`, else the one that `script/setup` installed.
    public func locate(named path: String?) throws(PackagingError) -> String {
        let folders = searchPath.split(separator: ":").map { "\($0)/uv" }
        let candidates = path.map { [$0] } ?? folders + [".strata/venv/bin/uv"]
        if let found = candidates.first(where: isExecutable) { return found }
        throw .installerMissing(lookedIn: path.map { [$0] } ?? ["PATH", ".strata/venv/bin"])
    }
}
