internal import Glibc

/// Paths as users type them.
enum HostPath {
    /// The path from the root, whatever folder this process later works in. Links are not followed.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return path.isEmpty || path == "." ? String(cString: folder) : String(cString: folder) + "/" + path
    }
}
