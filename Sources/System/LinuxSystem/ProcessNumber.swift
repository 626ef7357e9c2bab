internal import Glibc

/// Numbers of processes.
public enum ProcessNumber {
    /// This process's own: unique among those that run, so good for the names of temporary files.
    public static var own: Int32 { getpid() }
}
