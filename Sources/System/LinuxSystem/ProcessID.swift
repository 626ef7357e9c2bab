internal import Glibc

/// Process ids.
public enum ProcessID {
    /// The id of this process: unique among running processes, so usable in names of temporary files.
    public static var current: Int32 { getpid() }
}
