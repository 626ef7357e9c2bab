internal import Glibc

/// The metadata of a file, from stat(2).
public struct FileStatus: Hashable, Sendable {
    /// The type of a file.
    public enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A symbolic link.
        case symbolicLink
        /// A device, pipe or socket.
        case special
    }

    /// The file's type.
    public let kind: Kind
    /// Permission bits, with setuid, setgid and sticky: `0o7777` at most.
    public let mode: UInt32
    /// Size in bytes.
    public let size: Int
    /// The number of hard links.
    public let linkCount: Int
    /// The time of last modification, in whole seconds since 1970.
    public let modificationTimeSeconds: Int
    /// The inode number.
    public let inode: UInt64
    /// The owner's user id.
    public let owner: UInt32

    init(_ raw: stat) {
        kind =
            switch raw.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .special
            }
        mode = raw.st_mode & 0o7777
        size = Int(raw.st_size)
        linkCount = Int(raw.st_nlink)
        modificationTimeSeconds = raw.st_mtim.tv_sec
        inode = UInt64(raw.st_ino)
        owner = raw.st_uid
    }
}
