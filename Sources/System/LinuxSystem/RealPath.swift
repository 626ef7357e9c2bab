internal import Glibc

/// Paths without links (realpath(3)).
public enum RealPath {
    /// The path without links; `nil` when there is nothing, or a component may not be passed.
    public static func of(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
