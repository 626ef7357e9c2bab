internal import Glibc
internal import LinuxSystem

/// Pid 1 of a sandbox. When it ends, the kernel ends all others.
enum SandboxProcess {
    /// Kills it and waits for its end.
    ///
    /// The kernel ends every process of the pid namespace before the first one is gone (pid_namespaces(7)), so after
    /// this nothing is left. The time limit is for a process that hangs in the kernel.
    static func end(_ descriptor: Int32) {
        ProcessDescriptor.signal(descriptor, SIGKILL)
        guard awaitEnd(descriptor) else { return }
        _ = ProcessDescriptor.reap(descriptor)
    }

    /// Waits for the end of one that was killed; false when the time limit has passed before.
    @discardableResult
    static func awaitEnd(_ descriptor: Int32) -> Bool {
        ProcessDescriptor.awaitEnd(descriptor, limitMilliseconds: endLimitMilliseconds)
    }

    private static let endLimitMilliseconds: Int32 = 10_000
}
