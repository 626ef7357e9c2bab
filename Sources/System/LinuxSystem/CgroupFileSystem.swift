internal import Glibc

/// The calls that managing cgroups takes. The kernel is one implementation; tests have another, for hosts that have not
/// got the version of cgroups that a test is about.
package protocol CgroupFileSystem: Sendable {
    /// Makes a cgroup: mkdir(2).
    func makeDirectory(_ path: String) throws(SystemCallError)
    /// Removes a cgroup that has neither processes nor children: rmdir(2).
    func removeDirectory(_ path: String) throws(SystemCallError)
    /// The names of a cgroup's children; empty when it is not there.
    func children(of path: String) -> [String]
    /// The text of a control file, or nil when there is no such file.
    func read(_ path: String) -> String?
    /// Writes a control file.
    func write(_ path: String, _ text: String) throws(SystemCallError)
}

/// The kernel's own cgroup file systems.
package struct KernelCgroupFileSystem: CgroupFileSystem {
    /// Describes the file systems as they are mounted.
    package init() {}

    /// mkdir(2).
    package func makeDirectory(_ path: String) throws(SystemCallError) {
        guard mkdir(path, 0o755) == 0 else { throw SystemCallError("mkdir \(path)") }
    }

    /// rmdir(2).
    package func removeDirectory(_ path: String) throws(SystemCallError) {
        guard rmdir(path) == 0 else { throw SystemCallError("rmdir \(path)") }
    }

    /// The directories among the names that readdir(3) gives.
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
    /// Writes a control file where a refusal is an answer, not an error: true when the kernel took it.
    @discardableResult
    package func tryWriting(_ path: String, _ text: String) -> Bool {
        do {
            try write(path, text)
            return true
        } catch {
            return false
        }
    }

    /// The number in a control file that holds one; nil for `max` and for files that are not there.
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
