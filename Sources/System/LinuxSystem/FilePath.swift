internal import Glibc

/// A path as the kernel sees it: bytes without NUL, in no particular encoding.
///
/// Names in a zip need not be UTF-8, and a `String` would change them by replacing invalid bytes.
public struct FilePath: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
    /// The path's bytes, without the terminating NUL.
    public let bytes: [UInt8]

    /// Makes a path of these bytes. System calls with a path that contains NUL fail with `EINVAL`.
    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Makes a path of a text's UTF-8 bytes.
    public init(_ text: some StringProtocol) {
        self.init(text.utf8)
    }

    /// Makes a path of a literal.
    public init(stringLiteral text: String) {
        self.init(text.utf8)
    }

    /// The path with one more component at its end.
    public func appending(_ name: FilePath) -> FilePath {
        FilePath(bytes + [UInt8(ascii: "/")] + name.bytes)
    }

    /// The path for messages; bytes that are not UTF-8 show as U+FFFD.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Passes the path to a system call. Throws `EINVAL` for an embedded NUL: the kernel would see a shorter path.
    func withCString<Result>(
        _ call: String, _ body: (UnsafePointer<CChar>) -> Result
    ) throws(SystemCallError) -> Result {
        let text = try cString(call)
        return text.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
    }

    /// Passes two paths to a system call.
    static func withCStrings<Result>(
        _ call: String, _ first: FilePath, _ second: FilePath,
        _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Result
    ) throws(SystemCallError) -> Result {
        let (first, second) = (try first.cString(call), try second.cString(call))
        return first.withUnsafeBufferPointer { one in
            second.withUnsafeBufferPointer { two in
                body(one.baseAddress.unsafelyUnwrapped, two.baseAddress.unsafelyUnwrapped)
            }
        }
    }

    /// The bytes with the terminating NUL; never empty, so its buffer has a base address.
    private func cString(_ call: String) throws(SystemCallError) -> [CChar] {
        guard !bytes.contains(0) else { throw SystemCallError("\(call) \(self)", errno: EINVAL) }
        return bytes.map { CChar(bitPattern: $0) } + [0]
    }
}
