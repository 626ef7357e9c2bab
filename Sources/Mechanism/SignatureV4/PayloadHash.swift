internal import Digest

/// What stands for the body in a canonical request.
public enum PayloadHash {
    /// The body is not signed.
    public static let unsigned = "UNSIGNED-PAYLOAD"
    /// The body comes in chunks, each signed.
    public static let signedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    /// The same, with headers behind the last chunk, signed too.
    public static let signedChunksAndTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    /// The body comes in chunks that are not signed, with headers behind them.
    public static let unsignedChunksAndTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

    /// A body's SHA-256 in lower-case hexadecimal digits.
    public static func of(_ body: [UInt8]) -> String { SHA256Digest(hashing: body).hex }
}
