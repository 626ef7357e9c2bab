internal import Digest

/// Decodes a body with the coding `aws-chunked` as it arrives, and verifies it where its signing key is known. Holds no
/// more of it than a line.
///
/// The content of a chunk is passed on before its signature is complete: the receiver keeps nothing of it until the
/// stream has finished.
///
/// Source: "Signature calculations for the authorization header: transferring payload in multiple chunks" and "…
/// including trailing headers", S3 API reference.
public struct ChunkStream: ~Copyable, Sendable {
    /// A header behind the last chunk, such as `x-amz-checksum-crc32`.
    public struct Trailer: Sendable, Hashable {
        /// The name, in lower case.
        public let name: String
        /// The value.
        public let value: String
    }

    /// What comes next.
    private enum Expectation {
        /// A line with the size of a chunk.
        case head
        /// So many bytes of a chunk with this signature.
        case content(left: Int, signature: String)
        /// The line end of a chunk.
        case chunkEnd
        /// Trailing headers, and the empty line after them.
        case end
    }

    private let isSigned: Bool
    private let hasTrailer: Bool
    /// What verifies the chunks; `nil` where their signatures are not asked for.
    private var chain: SignatureChain?
    private var expectation = Expectation.head
    private var line: [UInt8] = []
    private var hasher = SHA256Hasher()
    private var trailers: [String] = []
    /// The empty lines since the last trailing header.
    private var emptyLines = 0
    private var contentBytes = 0

    /// The longest valid line: a chunk starts with a size in hexadecimal digits and a signature.
    private static let longestLine = 256
    /// More trailing headers than any client sends.
    private static let maximumTrailerCount = 16
    private static let signatureMark = "x-amz-trailer-signature:"

    /// Prepares for the chunks of one request; `nil` when its payload hash does not announce chunks.
    ///
    /// - Parameters:
    ///   - kind: the payload hash of the request.
    ///   - chain: what verifies the chunks; `nil` to decode them only.
    init?(kind: String, chain: SignatureChain?) {
        switch kind {
        case PayloadHash.signedChunks: (isSigned, hasTrailer) = (true, false)
        case PayloadHash.signedChunksAndTrailer: (isSigned, hasTrailer) = (true, true)
        case PayloadHash.unsignedChunksAndTrailer: (isSigned, hasTrailer) = (false, true)
        default: return nil
        }
        self.chain = chain
    }

    /// Takes bytes that have arrived, and passes on those that are content.
    public mutating func receive(
        _ bytes: UnsafeRawBufferPointer, _ content: (UnsafeRawBufferPointer) -> Void
    ) throws(SignatureFault) {
        var at = 0
        while at < bytes.count {
            guard case .content(let left, let signature) = expectation else {
                try take(bytes[at])
                at += 1
                continue
            }
            let piece = UnsafeRawBufferPointer(rebasing: bytes[at..<at + min(left, bytes.count - at)])
            if isSigned, chain != nil { hasher.update(piece) }
            content(piece)
            contentBytes += piece.count
            at += piece.count
            expectation = .content(left: left - piece.count, signature: signature)
            if piece.count == left {
                try checkChunk(signature)
                expectation = .chunkEnd
            }
        }
    }

    /// The end of the body: refuses one that does not follow the coding to its last byte.
    ///
    /// - Parameter decodedLength: what the request announced as the length of the content; `nil` where it did not.
    /// - Returns: the trailing headers, whose signature is verified where they are signed.
    public consuming func finish(decodedLength: String?) throws(SignatureFault) -> [Trailer] {
        guard case .end = expectation, line.isEmpty, emptyLines > 0,
            decodedLength.map({ $0 == String(contentBytes) }) ?? true
        else { throw .malformedBody }
        if isSigned, hasTrailer { try checkTrailers() }
        return trailers.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return Trailer(name: parts[0].lowercased(), value: String(parts[1].drop { $0 == " " }))
        }
    }

    /// Takes a byte of a line, which ends with CR LF, or with LF alone after a trailer.
    private mutating func take(_ byte: UInt8) throws(SignatureFault) {
        guard byte == UInt8(ascii: "\n") else {
            guard line.count < Self.longestLine else { throw .malformedBody }
            return line.append(byte)
        }
        let hasReturn = line.last == UInt8(ascii: "\r")
        if hasReturn { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        switch expectation {
        case .head where hasReturn: try begin(text)
        case .chunkEnd where hasReturn && text.isEmpty: expectation = .head
        case .end: try takeTrailer(text)
        case .head, .chunkEnd, .content: throw .malformedBody
        }
    }

    /// Parses `1000;chunk-signature=…`, or `1000` for unsigned chunks.
    private mutating func begin(_ line: String) throws(SignatureFault) {
        let parts = line.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard let size = Int(parts[0], radix: 16), size >= 0, parts[0].utf8.first != UInt8(ascii: "+") else {
            throw .malformedBody
        }
        var signature = ""
        if isSigned {
            let mark = "chunk-signature="
            guard parts.count == 2, parts[1].hasPrefix(mark) else { throw .malformedBody }
            signature = String(parts[1].dropFirst(mark.count))
        }
        guard size == 0 else { return expectation = .content(left: size, signature: signature) }
        try checkChunk(signature)
        expectation = .end
    }

    private mutating func checkChunk(_ signature: String) throws(SignatureFault) {
        guard isSigned, chain != nil else { return }
        var complete = SHA256Hasher()
        swap(&complete, &hasher)
        let hash = complete.finalize().hex
        try chain?.check("PAYLOAD", "\(PayloadHash.of([]))\n\(hash)", signature)
    }

    private mutating func takeTrailer(_ text: String) throws(SignatureFault) {
        guard !text.isEmpty else {
            emptyLines += 1
            // A signed trailer ends with two line breaks, of which some clients omit the second.
            guard emptyLines <= 2 else { throw .malformedBody }
            return
        }
        // Some clients also put an empty line before the signature.
        let isBeforeSignature = isSigned && trailers.last.map { !$0.hasPrefix(Self.signatureMark) } ?? false
        guard hasTrailer, trailers.count < Self.maximumTrailerCount,
            emptyLines == 0 || isBeforeSignature && emptyLines == 1
        else { throw .malformedBody }
        emptyLines = 0
        trailers.append(text)
    }

    private mutating func checkTrailers() throws(SignatureFault) {
        guard let last = trailers.popLast(), last.hasPrefix(Self.signatureMark) else { throw .mismatch }
        let hash = PayloadHash.of(Array(trailers.map { $0 + "\n" }.joined().utf8))
        try chain?.check("TRAILER", hash, String(last.dropFirst(Self.signatureMark.count)))
    }
}

/// The signatures of a body's chunks: each covers the one before it, the first that of the request's head.
struct SignatureChain {
    private let key: SigningKey
    /// Date and scope, as they are part of each string to sign.
    private let suffix: String
    private var previous: String

    /// - Parameter seed: the signature of the request's head.
    init(seed: String, date: SigningDate, scope: CredentialScope, key: SigningKey) {
        self.key = key
        suffix = "\n\(date)\n\(scope)\n"
        previous = seed
    }

    /// Checks the next signature.
    ///
    /// - Parameters:
    ///   - part: the last word of the algorithm's name.
    ///   - hashes: what represents the content.
    mutating func check(_ part: String, _ hashes: String, _ signature: String) throws(SignatureFault) {
        let expected = key.signature(of: "AWS4-HMAC-SHA256-\(part)\(suffix)\(previous)\n\(hashes)")
        guard HMACSHA256.areEqual(Array(expected.utf8), Array(signature.utf8)) else { throw .mismatch }
        previous = expected
    }
}
