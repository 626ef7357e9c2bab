internal import Glibc

extension FileDescriptor {
    /// The names in this directory, `.` and `..` left out, in no particular order (readdir(3)).
    public borrowing func entryNames() throws(SystemCallError) -> [FilePath] {
        // A second open file, because reading a directory moves the file's position, which copies of a descriptor
        // share.
        let own = try open(at: ".", [.read, .directory]).release()
        guard let stream = fdopendir(own) else {
            let error = SystemCallError("fdopendir")
            _ = Glibc.close(own)
            throw error
        }
        defer { closedir(stream) }
        var names: [FilePath] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = Self.name(of: entry)
            if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(FilePath(name)) }
        }
        guard errno == 0 else { throw SystemCallError("readdir") }
        return names
    }

    /// Removes what has a name below this directory, with everything in it. Nothing there is not an error.
    ///
    /// Directories that their owner may not enter are opened up first. Symbolic links are removed, not followed.
    public borrowing func removeTree(at path: FilePath) throws(SystemCallError) {
        guard let status = try statusIfPresent(at: path) else { return }
        guard status.kind == .directory else { return try removeFile(at: path) }
        if status.mode & 0o700 != 0o700 { try unlock(path) }
        let directory = try open(at: path, [.read, .directory, .noFollow])
        for name in try directory.entryNames() { try directory.removeTree(at: name) }
        try removeDirectory(at: path)
    }

    /// What the kernel knows about a name below this directory; `nil` when there is none.
    public borrowing func statusIfPresent(at path: FilePath) throws(SystemCallError) -> FileStatus? {
        do {
            return try status(at: path)
        } catch {
            guard error.number == ENOENT else { throw error }
            return nil
        }
    }

    private borrowing func unlock(_ path: FilePath) throws(SystemCallError) {
        let number = rawValue
        let result = try path.withCString("fchmodat") { fchmodat(number, $0, 0o700, 0) }
        guard result == 0 else { throw SystemCallError("fchmodat \(path)") }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    }
}
