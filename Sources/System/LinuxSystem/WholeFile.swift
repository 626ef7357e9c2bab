/// Reads files as a whole, by paths of this process; ``FileReplacement`` writes them.
public enum WholeFile {
    /// A file's content. It has to fit into memory.
    public static func content(_ path: String) throws(SystemCallError) -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), [.read])
        return try file.bytes(count: file.status().size, at: 0)
    }
}
