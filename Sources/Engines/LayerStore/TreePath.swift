/// An entry's path, split and validated: file names from the tree's root down.
struct TreePath {
    /// The names from the root down; none for the root itself.
    let components: [ArraySlice<UInt8>]

    /// NAME_MAX of Linux.
    static let longestName = 255
    /// PATH_MAX of Linux, less the NUL at the end and `/var/task/`, below which every file must have a valid path.
    static let longestPath = 4_096 - 1 - 10

    /// The depth of a file at most. Real packages stay below 30; a small zip of very deep paths takes long to unpack.
    static let deepestPath = 256

    /// Splits an entry's path. `.` and doubled slashes are dropped, as unzip(1) does. A backslash is part of a name, as
    /// on Lambda, although old makers on Windows mean a separator.
    init(_ bytes: [UInt8]) throws(ZipRefusal) {
        func refusal(_ phrase: String) -> ZipRefusal {
            ZipRefusal(.unsafePath, path: String(decoding: bytes.prefix(200), as: UTF8.self), phrase)
        }
        guard !bytes.isEmpty else { throw refusal("empty name") }
        guard bytes.first != UInt8(ascii: "/") else { throw refusal("absolute path") }
        guard !bytes.contains(0) else { throw refusal("NUL in a name") }
        guard bytes.count <= Self.longestPath else { throw refusal("path of more than \(Self.longestPath) bytes") }
        components = bytes.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        guard !components.contains(where: { $0.elementsEqual("..".utf8) }) else { throw refusal("'..' in a path") }
        guard components.count <= Self.deepestPath else { throw refusal("more than \(Self.deepestPath) folders deep") }
        guard components.allSatisfy({ $0.count <= Self.longestName }) else {
            throw refusal("name of more than \(Self.longestName) bytes")
        }
    }
}
