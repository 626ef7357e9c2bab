/// Reads and writes files as a whole, by paths of this process.
public enum WholeFile {
    /// A file's content. It has to fit into memory.
    public static func content(_ path: String) throws(SystemCallError) -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), [.read])
        return try file.bytes(count: file.status().size, at: 0)
    }

    /// Writes a file as a whole: it has all of the content afterwards, or is as it was before.
    public static func replace(_ path: String, with content: [UInt8]) throws(SystemCallError) {
        let partial = "\(path).partial-\(ProcessID.current)"
        let here = try FileDescriptor.open(".", [.read, .directory])
        do throws(SystemCallError) {
            let file = try FileDescriptor.open(FilePath(partial), [.write, .create, .truncate], mode: 0o644)
            try file.write(all: content)
            try here.rename(at: FilePath(partial), to: here, FilePath(path))
        } catch {
            try? here.removeTree(at: FilePath(partial))  // the error that led here is the one to tell
            throw error
        }
    }
}
