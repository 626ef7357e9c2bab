internal import Glibc

/// Paths on the command line.
enum HostPath {
    /// The absolute path, which stays valid when the working directory changes. Symbolic links are not resolved.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return path.isEmpty || path == "." ? String(cString: folder) : String(cString: folder) + "/" + path
    }
}
