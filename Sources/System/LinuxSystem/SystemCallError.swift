internal import Glibc

/// A system call that failed: its name and the `errno` that it set.
///
/// Leaf errors stay this small on purpose; services turn them into messages that say what to do.
public struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call as its man page names it, with its path or object where that helps: `"openat /x"`.
    public let call: String
    /// The value of `errno` after the call.
    public let number: Int32

    /// Describes a failure with a known error number.
    public init(_ call: String, errno number: Int32) {
        self.call = call
        self.number = number
    }

    /// Describes a failure that just happened on this thread: reads `errno`.
    public init(_ call: String) {
        self.init(call, errno: Glibc.errno)
    }

    /// The call and the text of strerror(3).
    public var description: String {
        "\(call): \(String(cString: strerror(number)))"
    }
}
