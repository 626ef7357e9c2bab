internal import Glibc
internal import LinuxSystem

/// What `RuntimeLocator` needs to know of a file system. Paths are absolute.
public protocol RuntimeFiles: Sendable {
    /// The path without links; `nil` when there is nothing, or a component may not be passed.
    func resolved(_ path: String) -> String?
    /// Whether a path is a regular file, or a link to one.
    func isFile(_ path: String) -> Bool
    /// Whether a path is a regular file that this process may run.
    func isExecutable(_ path: String) -> Bool
    /// The names in a directory, in any order; empty when it cannot be read.
    func names(in directory: String) -> [String]
}

/// This host's file system.
public struct HostRuntimeFiles: RuntimeFiles {
    /// Takes no state: every call looks again.
    public init() {}

    /// See realpath(3).
    public func resolved(_ path: String) -> String? { RealPath.of(path) }

    /// See stat(2).
    public func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// See access(2).
    public func isExecutable(_ path: String) -> Bool {
        isFile(path) && access(path, X_OK) == 0
    }

    /// See readdir(3).
    public func names(in directory: String) -> [String] {
        DirectoryListing.names(directory) ?? []
    }
}
