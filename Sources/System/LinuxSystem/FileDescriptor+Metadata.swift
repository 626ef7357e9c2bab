internal import Glibc

extension FileDescriptor {
    /// The status of the open file (fstat(2)).
    public borrowing func status() throws(SystemCallError) -> FileStatus {
        var raw = stat()
        guard fstat(rawValue, &raw) == 0 else { throw SystemCallError("fstat") }
        return FileStatus(raw)
    }

    /// The status of a name below this directory; a symbolic link is not followed (fstatat(2)).
    public borrowing func status(at path: FilePath) throws(SystemCallError) -> FileStatus {
        var raw = stat()
        let number = rawValue
        let result = try path.withCString("fstatat") { fstatat(number, $0, &raw, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else { throw SystemCallError("fstatat \(path)") }
        return FileStatus(raw)
    }

    /// Sets the permission bits; the umask does not apply (fchmod(2)).
    public borrowing func setMode(_ mode: UInt32) throws(SystemCallError) {
        guard fchmod(rawValue, mode) == 0 else { throw SystemCallError("fchmod") }
    }

    /// Sets the times of last modification and last access, in whole seconds since 1970 (futimens(2)).
    public borrowing func setTimes(seconds: Int) throws(SystemCallError) {
        let time = timespec(tv_sec: seconds, tv_nsec: 0)
        guard futimens(rawValue, [time, time]) == 0 else { throw SystemCallError("futimens") }
    }
}
