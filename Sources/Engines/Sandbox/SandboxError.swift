internal import Glibc
package import LinuxSystem

/// A sandbox could not be started: the step that failed, and the kernel's error.
package struct SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The step, in a few words: `"mount the new root"`.
    package let stage: String
    /// The `errno` that the step left, or 0 when no call failed.
    package let errno: Int32
    /// The path or name that the step was about; empty when there is none.
    package let detail: String

    /// Describes a failure.
    package init(stage: String, errno: Int32, detail: String = "") {
        self.stage = stage
        self.errno = errno
        self.detail = detail
    }

    /// Describes a system call of the server itself that failed.
    package init(_ error: SystemCallError) {
        self.init(stage: "prepare", errno: error.number, detail: error.call)
    }

    /// One line: the step, what it was about, and the text of strerror(3).
    package var description: String {
        let cause = errno == 0 ? "" : ": \(String(cString: strerror(errno)))"
        return "cannot \(stage)\(detail.isEmpty ? "" : " (\(detail))")\(cause)"
    }
}
