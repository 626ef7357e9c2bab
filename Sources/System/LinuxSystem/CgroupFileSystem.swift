internal import Glibc

/// The system calls that manage cgroups. The kernel is one implementation; tests use a fake one, so that they run on
/// hosts without the version of cgroups under test.
package protocol CgroupFileSystem: Sendable {
    /// Makes a cgroup: mkdir(2).
    func makeDirectory(_ path: String) throws(SystemCallError)
    /// Removes a cgroup that has neither processes nor children: rmdir(2).
    func removeDirectory(_ path: String) throws(SystemCallError)
    /// The names of a cgroup's children; empty when the cgroup does not exist.
    func children(of path: String) -> [String]
    /// The text of a control file, or nil when there is no such file.
    func read(_ path: String) -> String?
    /// Writes a control file.
    func write(_ path: String, _ text: String) throws(SystemCallError)
}

/// The kernel's own cgroup file systems.
package struct KernelCgroupFileSystem: CgroupFileSystem {
    /// Uses the file systems as they are mounted.
    package init() {}

    /// mkdir(2).
    package func makeDirectory(_ path: String) throws(SystemCallError) {
        guard mkdir(path, 0o755) == 0 else { throw SystemCallError("mkdir \(path)") }
    }

    /// rmdir(2).
    package func removeDirectory(_ path: String) throws(SystemCallError) {
        guard rmdir(path) == 0 else { throw SystemCallError("rmdir \(path)") }
    }

    /// The directories among the names that readdir(3) returns.
    package func children(of path: String) -> [String] {
        (DirectoryListing.names(path) ?? []).filter { name in
            var status = stat()
            return lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        }
    }

    /// The whole file; see `TextFile`.
    package func read(_ path: String) -> String? {
        TextFile.read(path)
    }

    /// One write(2); see `TextFile`.
    package func write(_ path: String, _ text: String) throws(SystemCallError) {
        try TextFile.write(path, text)
    }
}

extension CgroupFileSystem {
    /// Writes a control file whose refusal is a result, not an error: true when the kernel accepted the text.
    @discardableResult
    package func tryWriting(_ path: String, _ text: String) -> Bool {
        do {
            try write(path, text)
            return true
        } catch {
            return false
        }
    }

    /// The number in a control file that holds one; nil for `max` and for files that do not exist.
    package func number(_ path: String) -> UInt64? {
        read(path).flatMap { UInt64($0.prefix { $0.isNumber }) }
    }

    /// The number after `key` in a control file of `key number` lines.
    package func number(_ key: String, in path: String) -> UInt64? {
        for line in (read(path) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count == 2, fields[0] == key { return UInt64(fields[1]) }
        }
        return nil
    }
}
