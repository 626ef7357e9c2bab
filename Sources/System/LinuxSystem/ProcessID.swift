internal import Glibc

/// Numbers of processes.
public enum ProcessID {
    /// This process's own: unique among those that run, so good for the names of temporary files.
    public static var current: Int32 { getpid() }
}
