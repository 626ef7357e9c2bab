internal import Glibc

/// The program that this process runs.
public enum ProcessExecutable {
    /// The absolute path of an executable in the folder of this program; `nil` where there is none, or `/proc` is not
    /// mounted (proc(5), `/proc/self/exe`).
    public static func sibling(named name: String) -> String? {
        guard let program = RealPath.of("/proc/self/exe") else { return nil }
        let folder = program.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/\(name)"
        return access(path, X_OK) == 0 ? path : nil
    }
}
