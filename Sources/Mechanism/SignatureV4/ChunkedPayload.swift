internal import Digest

/// Decodes a body with the coding `aws-chunked`, in which each chunk's signature covers the previous one.
///
/// Source: "Signature calculations for the authorization header: transferring payload in multiple chunks" and "…
/// including trailing headers", S3 API reference.
struct ChunkedPayload {
    private let isSigned: Bool
    private let hasTrailer: Bool
    private let seed: String
    private let suffix: String
    private let key: SigningKey

    /// The longest valid line: a chunk starts with a size in hexadecimal digits and a signature.
    private static let longestLine = 256
    /// More trailing headers than any client sends.
    private static let maximumTrailerCount = 16

    /// Prepares for the chunks of one request; `nil` when its payload hash does not announce chunks.
    ///
    /// - Parameters:
    ///   - kind: the payload hash of the request.
    ///   - seed: the request's own signature.
    init?(kind: String, seed: String, date: SigningDate, scope: CredentialScope, key: SigningKey) {
        switch kind {
        case PayloadHash.signedChunks: (isSigned, hasTrailer) = (true, false)
        case PayloadHash.signedChunksAndTrailer: (isSigned, hasTrailer) = (true, true)
        case PayloadHash.unsignedChunksAndTrailer: (isSigned, hasTrailer) = (false, true)
        default: return nil
        }
        self.seed = seed
        suffix = "\n\(date)\n\(scope)\n"
        self.key = key
    }

    /// Decodes and verifies all chunks; refuses a body that does not follow the coding to its last byte.
    func decode(_ body: [UInt8], _ request: SignableRequest) throws(SignatureFault) -> [UInt8] {
        var rest = body[...]
        var content: [UInt8] = []
        var previous = seed
        while true {
            let (size, signature) = try header(Self.line(&rest))
            guard size <= rest.count else { throw .malformed }
            let chunk = rest.prefix(size)
            rest = rest.dropFirst(size)
            if isSigned { previous = try check(chunk: chunk, signature, after: previous) }
            if size == 0 { break }
            content += chunk
            guard try Self.line(&rest).isEmpty else { throw .malformed }
        }
        try checkEnd(&rest, after: previous)
        if let said = request.header("X-Amz-Decoded-Content-Length"), said != String(content.count) {
            throw .malformed
        }
        return content
    }

    /// Parses `1000;chunk-signature=…`, or `1000` for unsigned chunks.
    private func header(_ line: String) throws(SignatureFault) -> (size: Int, signature: String) {
        let parts = line.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard let size = Int(parts[0], radix: 16), size >= 0, parts[0].utf8.first != UInt8(ascii: "+") else {
            throw .malformed
        }
        guard isSigned else { return (size, "") }
        let mark = "chunk-signature="
        guard parts.count == 2, parts[1].hasPrefix(mark) else { throw .malformed }
        return (size, String(parts[1].dropFirst(mark.count)))
    }

    private func check(
        chunk: ArraySlice<UInt8>, _ signature: String, after previous: String
    ) throws(SignatureFault) -> String {
        let text =
            "AWS4-HMAC-SHA256-PAYLOAD\(suffix)\(previous)\n\(PayloadHash.of([]))\n\(PayloadHash.of(Array(chunk)))"
        return try check(text, signature)
    }

    private func check(_ text: String, _ signature: String) throws(SignatureFault) -> String {
        let expected = key.signature(of: text)
        guard HMACSHA256.areEqual(Array(expected.utf8), Array(signature.utf8)) else { throw .mismatch }
        return expected
    }

    /// Checks what follows the last chunk: nothing, or trailing headers and their signature.
    private func checkEnd(_ rest: inout ArraySlice<UInt8>, after previous: String) throws(SignatureFault) {
        let mark = "x-amz-trailer-signature:"
        var trailers: [String] = []
        while true {
            let line = try Self.line(&rest)
            if line.isEmpty {
                // Some clients also put an empty line before the signature.
                if isSigned, hasTrailer, !rest.isEmpty, trailers.last?.hasPrefix(mark) == false { continue }
                break
            }
            guard hasTrailer, trailers.count < Self.maximumTrailerCount else { throw .malformed }
            trailers.append(line)
        }
        // A signed trailer ends with its signature and two line breaks, of which some clients omit the second.
        if rest.elementsEqual("\r\n".utf8) { rest = [] }
        guard rest.isEmpty else { throw .malformed }
        guard isSigned, hasTrailer else { return }
        guard let last = trailers.popLast(), last.hasPrefix(mark) else { throw .mismatch }
        let hash = PayloadHash.of(Array(trailers.map { $0 + "\n" }.joined().utf8))
        _ = try check(
            "AWS4-HMAC-SHA256-TRAILER\(suffix)\(previous)\n\(hash)", String(last.dropFirst(mark.count)))
    }

    /// Removes and returns the first line. It ends with CR LF, or with LF alone after a trailer.
    private static func line(_ rest: inout ArraySlice<UInt8>) throws(SignatureFault) -> String {
        guard let end = rest.prefix(longestLine).firstIndex(of: UInt8(ascii: "\n")) else { throw .malformed }
        var line = rest[..<end]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        rest = rest[(end + 1)...]
        return String(decoding: line, as: UTF8.self)
    }
}

extension SignatureFault {
    /// The body does not have the coding that its request announces.
    fileprivate static let malformed = SignatureFault.incomplete(
        "The request body is not a valid aws-chunked stream.")
}
