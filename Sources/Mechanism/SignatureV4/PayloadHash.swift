internal import Digest

/// The values that represent the body in a canonical request.
public enum PayloadHash {
    /// The body is not signed.
    public static let unsigned = "UNSIGNED-PAYLOAD"
    /// The body consists of signed chunks.
    public static let signedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    /// The body consists of signed chunks and signed trailing headers.
    public static let signedChunksAndTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    /// The body consists of unsigned chunks and trailing headers.
    public static let unsignedChunksAndTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

    /// A body's SHA-256 in lower-case hexadecimal digits.
    public static func of(_ body: [UInt8]) -> String { SHA256Digest(hashing: body).hex }
}
