internal import Digest

/// A request in the one form that both ends sign.
///
/// Source: "Create a signed AWS API request", IAM user guide, "Step 1: Create a canonical request".
public struct CanonicalRequest: Sendable, Hashable {
    /// The names of the signed headers: lower case, sorted, `host;x-amz-date`.
    public let signedHeaders: String
    /// The whole text.
    public let text: String

    /// Writes a request in its canonical form.
    ///
    /// - Parameters:
    ///   - signedHeaders: lower-case names of the headers that are signed. A name that the request does not have
    ///     counts as an empty header, as botocore has it.
    ///   - payloadHash: what stands for the body: its SHA-256 in hexadecimal digits, or `UNSIGNED-PAYLOAD` and such.
    ///   - service: decides how the path is written; S3's is encoded once and taken as it is.
    public init(
        _ request: SignableRequest, signedHeaders: some Sequence<String>, payloadHash: String, service: String
    ) {
        let names = Set(signedHeaders).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.signedHeaders = names.joined(separator: ";")
        let headers = names.map { "\($0):\(Self.values(of: $0, in: request))\n" }
        text = [
            request.method, CanonicalPath.write(request.rawPath, service: service),
            Self.query(request.rawQuery), headers.joined(), self.signedHeaders, payloadHash,
        ].joined(separator: "\n")
    }

    /// What is signed: the canonical request's digest, with moment and scope.
    public func stringToSign(date: SigningDate, scope: CredentialScope) -> String {
        "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(SHA256Digest(hashing: Array(text.utf8)).hex)"
    }

    /// Parameters encoded anew, in the order of their encoded names and then values, without the signature itself.
    private static func query(_ rawQuery: String) -> String {
        guard !rawQuery.isEmpty else { return "" }
        let pairs = rawQuery.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let encoded = parts.map { URIEncoding.encode(URIEncoding.decode($0, plusIsSpace: true)) }
            return (name: encoded[0], value: encoded.count > 1 ? encoded[1] : [])
        }
        let sorted = pairs.filter { $0.name != Array("X-Amz-Signature".utf8) }.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        let bytes = sorted.map { $0.name + [UInt8(ascii: "=")] + $0.value }.joined(separator: [UInt8(ascii: "&")])
        return String(decoding: Array(bytes), as: UTF8.self)
    }

    /// All values of a header, each trimmed, and runs of white space in it made one space.
    private static func values(of name: String, in request: SignableRequest) -> String {
        request.headers.filter { $0.name.lowercased() == name }.map { header in
            header.value.split { $0 == " " || ("\t"..."\r").contains($0) }.joined(separator: " ")
        }.joined(separator: ",")
    }
}

/// A path in its canonical form.
enum CanonicalPath {
    /// Writes a path: S3's encoded once, everybody else's without `.`, `..` and empty segments, and encoded twice (once
    /// on the wire and once more here).
    static func write(_ rawPath: String, service: String) -> String {
        let isObject = service == "s3" || service == "s3express"
        let bytes = isObject ? URIEncoding.decode(rawPath.utf8) : normalized(Array(rawPath.utf8))
        let path = String(decoding: URIEncoding.encode(bytes, keepingSlashes: true), as: UTF8.self)
        return path.isEmpty ? "/" : path
    }

    private static func normalized(_ path: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        var segments: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: slash) {
            if segment.elementsEqual("..".utf8) {
                _ = segments.popLast()
            } else if !segment.elementsEqual(".".utf8) {
                segments.append(segment)
            }
        }
        let end = path.last == slash && !segments.isEmpty ? [slash] : []
        return [slash] + Array(segments.joined(separator: [slash])) + end
    }
}
