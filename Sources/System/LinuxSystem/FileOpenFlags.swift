internal import Glibc

/// Flags of open(2). Every descriptor is close-on-exec: a child process gets only descriptors that are passed to it.
public struct FileOpenFlags: OptionSet, Sendable {
    /// The kernel's bits.
    public let rawValue: Int32

    /// Wraps the kernel's bits.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// For reading only.
    public static let read = FileOpenFlags([])
    /// For writing only.
    public static let write = FileOpenFlags(rawValue: O_WRONLY)
    /// For reading and writing.
    public static let readWrite = FileOpenFlags(rawValue: O_RDWR)
    /// Creates the file when it does not exist.
    public static let create = FileOpenFlags(rawValue: O_CREAT)
    /// With `create`: fails with `EEXIST` when the name exists, even as a symbolic link.
    public static let exclusive = FileOpenFlags(rawValue: O_EXCL)
    /// Truncates the file to length 0.
    public static let truncate = FileOpenFlags(rawValue: O_TRUNC)
    /// Appends every write to the end of the file.
    public static let append = FileOpenFlags(rawValue: O_APPEND)
    /// Fails with `ENOTDIR` when the path is not a directory.
    public static let directory = FileOpenFlags(rawValue: O_DIRECTORY)
    /// Fails with `ELOOP` when the path's last component is a symbolic link.
    public static let noFollow = FileOpenFlags(rawValue: O_NOFOLLOW)
}
