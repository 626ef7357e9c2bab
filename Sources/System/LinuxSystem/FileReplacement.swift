/// A file that is written under a temporary name beside its own, and then renamed: its name has the old content or all
/// of the new. What is not committed is removed with the value.
public struct FileReplacement: ~Copyable {
    /// The path that the file will have.
    public let path: String
    /// The path until then.
    public let temporaryPath: String

    /// Describes a file; creates nothing.
    public init(of path: String) {
        self.path = path
        // Of a kind that no other program can foresee: what is there already is not ours.
        let suffix = UInt32.random(in: .min ... .max)
        temporaryPath = "\(path).partial-\(ProcessID.current)-\(String(suffix, radix: 16))"
    }

    deinit {
        // Best effort: what cannot be removed is left, and its name says that it is incomplete.
        let here = try? FileDescriptor.open(".", [.read, .directory])
        try? here?.removeTree(at: FilePath(temporaryPath))  // see above
    }

    /// Creates the temporary file, open for writing.
    public borrowing func open(mode: UInt32 = 0o644) throws(SystemCallError) -> FileDescriptor {
        try FileDescriptor.open(FilePath(temporaryPath), [.write, .create, .exclusive, .noFollow], mode: mode)
    }

    /// Gives the file its name.
    public borrowing func commit() throws(SystemCallError) {
        let here = try FileDescriptor.open(".", [.read, .directory])
        try here.rename(at: FilePath(temporaryPath), to: here, FilePath(path))
    }

    /// Writes the whole content, and gives the file its name.
    public consuming func write(_ bytes: [UInt8]) throws(SystemCallError) {
        try open().write(all: bytes)
        try commit()
    }
}
