internal import Glibc

/// A system call that failed: which one, and the `errno` it left.
///
/// Leaf errors stay this small on purpose; `Platform` turns them into something that says what to do.
public struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call as its man page names it, with the path or object it was about where that helps: `"openat /x"`.
    public let call: String
    /// The value of `errno` after the call.
    public let number: Int32

    /// Describes a failure with an error number that is already at hand.
    public init(_ call: String, errno number: Int32) {
        self.call = call
        self.number = number
    }

    /// Describes a failure that just happened on this thread; reads `errno` at once.
    public init(_ call: String) {
        self.init(call, errno: Glibc.errno)
    }

    /// The call and the C library's words for the error number.
    public var description: String {
        "\(call): \(String(cString: strerror(number)))"
    }
}
