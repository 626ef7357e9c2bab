internal import Glibc

/// How a file is opened (open(2)). Every descriptor is close-on-exec: what an environment may see is passed by name.
public struct FileOpenFlags: OptionSet, Sendable {
    /// The kernel's bits.
    public let rawValue: Int32

    /// Takes the kernel's bits.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// For reading only.
    public static let read = FileOpenFlags([])
    /// For writing only.
    public static let write = FileOpenFlags(rawValue: O_WRONLY)
    /// For reading and writing.
    public static let readWrite = FileOpenFlags(rawValue: O_RDWR)
    /// Makes the file when it is not there.
    public static let create = FileOpenFlags(rawValue: O_CREAT)
    /// With `create`: fails with `EEXIST` when the name is taken, by a symbolic link too.
    public static let exclusive = FileOpenFlags(rawValue: O_EXCL)
    /// Empties the file.
    public static let truncate = FileOpenFlags(rawValue: O_TRUNC)
    /// Every write goes to the end of the file.
    public static let append = FileOpenFlags(rawValue: O_APPEND)
    /// Fails with `ENOTDIR` when the path is not a directory.
    public static let directory = FileOpenFlags(rawValue: O_DIRECTORY)
    /// Fails with `ELOOP` when the path's last part is a symbolic link.
    public static let noFollow = FileOpenFlags(rawValue: O_NOFOLLOW)
}
