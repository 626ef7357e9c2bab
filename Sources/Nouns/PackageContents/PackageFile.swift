/// One entry of a package: a layer's, or a function's.
public struct PackageFile: Hashable, Sendable {
    /// What an entry is.
    public enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A symbolic link with its target, as it is written.
        case link(target: String)
    }

    /// The path below the package's root, without a slash at either end. Bytes that are not UTF-8 show as U+FFFD.
    public let path: String
    /// What it is.
    public let kind: Kind
    /// The permission bits; `nil` in zips without Unix modes.
    public let mode: UInt32?
    /// The size in bytes when unpacked; 0 for all but files.
    public let size: Int
    /// The bytes that its content takes in the zip; `nil` in a folder.
    public let zippedSize: Int?
    /// Whether ``path`` is the name as it is written: UTF-8, relative, and without `.`, `..` and empty parts.
    public let isExact: Bool
    /// The names on the path.
    public let names: [Substring]

    /// Describes an entry.
    public init(
        path: String, kind: Kind = .file, mode: UInt32? = 0o644, size: Int = 0, zippedSize: Int? = nil,
        isExact: Bool = true
    ) {
        (self.path, self.kind, self.mode, self.size) = (path, kind, mode, size)
        (self.zippedSize, self.isExact) = (zippedSize, isExact)
        names = path.split(separator: "/")
    }

    /// The last name of the path.
    public var name: Substring { names.last ?? "" }

    /// Whether it is a directory.
    public var isDirectory: Bool { kind == .directory }

    /// The path of the folder that it is in; empty at the root.
    public var folder: String { names.dropLast().joined(separator: "/") }
}
