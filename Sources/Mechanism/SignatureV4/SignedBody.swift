internal import Digest

/// The body of a request as it arrives: decoded, and checked against what a verified head says of it.
///
/// Nothing of the body is verified before ``finish()`` returns, so its receiver keeps nothing of it until then.
public struct SignedBody: ~Copyable, Sendable {
    private var chunks: ChunkStream?
    private var hasher = SHA256Hasher()
    private let expectedHash: String?
    private let decodedLength: String?

    /// The body of a request whose head is verified.
    ///
    /// - Parameters:
    ///   - payloadHash: the value that represents the body in the canonical request.
    ///   - chain: what verifies the chunks of the body, if it has any.
    init(_ request: SignableRequest, payloadHash: String, chain: SignatureChain) {
        chunks = ChunkStream(kind: payloadHash, chain: chain)
        let isHashed = chunks == nil && payloadHash != PayloadHash.unsigned
        expectedHash = isHashed ? payloadHash : nil
        decodedLength = request.header(Self.decodedLengthHeader)
    }

    /// The body of a request whose signature is not asked for: only decoded.
    public init(unverified request: SignableRequest) {
        let kind = request.header(Self.payloadHashHeader) ?? PayloadHash.unsigned
        chunks = ChunkStream(kind: kind, chain: nil)
        expectedHash = nil
        decodedLength = request.header(Self.decodedLengthHeader)
    }

    /// The header in which a client says what represents the body.
    static let payloadHashHeader = "X-Amz-Content-SHA256"
    private static let decodedLengthHeader = "X-Amz-Decoded-Content-Length"

    /// Takes bytes that have arrived, and passes on those that are content.
    public mutating func receive(
        _ bytes: UnsafeRawBufferPointer, _ content: (UnsafeRawBufferPointer) -> Void
    ) throws(SignatureFault) {
        if chunks != nil {
            try chunks?.receive(bytes, content)
            return
        }
        if expectedHash != nil { hasher.update(bytes) }
        content(bytes)
    }

    /// The end of the body. Returns the headers behind its last chunk.
    public consuming func finish() throws(SignatureFault) -> [ChunkStream.Trailer] {
        if let chunks { return try chunks.finish(decodedLength: decodedLength) }
        guard let expectedHash else { return [] }
        guard hasher.finalize().hex == expectedHash else { throw .otherBody }
        return []
    }

    /// Takes a body that is there as a whole.
    public consuming func content(of body: [UInt8]) throws(SignatureFault) -> SignedContent {
        var content: [UInt8] = []
        content.reserveCapacity(body.count)
        let fault = body.withUnsafeBytes { bytes -> SignatureFault? in
            do throws(SignatureFault) {
                try receive(bytes) { content += $0 }
                return nil
            } catch {
                return error
            }
        }
        if let fault { throw fault }
        return SignedContent(bytes: content, trailers: try finish())
    }
}

/// A body without the framing of its chunks.
public struct SignedContent: Sendable {
    /// The content.
    public let bytes: [UInt8]
    /// The headers behind the last chunk.
    public let trailers: [ChunkStream.Trailer]
}
