/// Finds the files of an installation that depend on the host it was made on.
///
/// They are all that differs between two installations of the same wheels: console scripts name this host's
/// interpreter in their first line (and would not find it in a sandbox), `direct_url.json` may hold a local path, the
/// rest is the installer's own. `RECORD` lists them with their digests; `InstalledRecord` removes their lines.
/// Source: <https://packaging.python.org/en/latest/specifications/recording-installed-packages/>.
enum HostSpecificFiles {
    private static let metadata: Set<String> = ["direct_url.json", "uv_cache.json", "uv_build.json"]

    /// Whether a file is host-specific by its name.
    static func isHostSpecific(path: String) -> Bool {
        if path == ".lock" { return true }
        let names = path.split(separator: "/")
        guard names.count == 2, names[0].hasSuffix(".dist-info") else {
            return names.contains("__pycache__") || path.hasSuffix(".pyc")
        }
        return metadata.contains(String(names[1]))
    }

    /// Whether a script starts an interpreter of this host.
    ///
    /// - Parameters:
    ///   - path: The path below the folder of packages; launchers are in `bin/`.
    ///   - start: The first bytes of the file, at least two lines or 1 KB of them.
    static func isLauncher(path: String, start: [UInt8]) -> Bool {
        guard path.hasPrefix("bin/"), start.starts(with: "#!".utf8) else { return false }
        // A long interpreter path goes into a second line: #!/bin/sh, then '''exec' "/…/python" "$0" "$@".
        let lines = String(decoding: start.prefix(1024), as: UTF8.self).split(separator: "\n").prefix(2)
        guard let first = lines.first, !first.hasPrefix("#!/usr/bin/env ") else { return false }
        return first.contains("python") || (lines.dropFirst().first?.hasPrefix("'''exec'") ?? false)
    }
}
