internal import Glibc

/// The environment variables of this process (environ(7)).
public enum ProcessEnvironment {
    /// All variables by name. Read them once, at the start: environ(7) is not protected against changes by another
    /// thread.
    public static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }
}
