internal import Digest

/// The canonical form of a request, which client and server sign. Every signed call builds one, so it is written byte
/// by byte.
///
/// Source: "Create a signed AWS API request", IAM user guide, "Step 1: Create a canonical request".
public struct CanonicalRequest: Sendable, Hashable {
    /// The names of the signed headers: lower case, sorted, `host;x-amz-date`.
    public let signedHeaders: String
    /// The whole text, in UTF-8.
    let bytes: [UInt8]

    /// The whole text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    private static let lineFeed = UInt8(ascii: "\n")

    /// Writes a request in its canonical form.
    ///
    /// - Parameters:
    ///   - signedHeaders: lower-case names of the signed headers. A name that the request does not have counts as an
    ///     empty header, as in botocore.
    ///   - payloadHash: represents the body: its SHA-256 in hexadecimal digits, or a ``PayloadHash`` such as
    ///     `UNSIGNED-PAYLOAD`.
    ///   - service: selects the form of the path: S3's is encoded once and not normalized.
    public init(
        _ request: SignableRequest, signedHeaders: some Sequence<String>, payloadHash: String, service: String
    ) {
        let names = Set(signedHeaders).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.signedHeaders = names.joined(separator: ";")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        bytes += Array(request.method.utf8) + [Self.lineFeed]
        bytes += CanonicalPath.write(request.rawPath, service: service) + [Self.lineFeed]
        bytes += Self.query(request.rawQuery) + [Self.lineFeed]
        for name in names { Self.write(name, of: request, to: &bytes) }
        bytes.append(Self.lineFeed)
        bytes += Array(self.signedHeaders.utf8) + [Self.lineFeed]
        bytes += Array(payloadHash.utf8)
        self.bytes = bytes
    }

    /// The string to sign: the canonical request's digest with date and scope.
    public func stringToSign(date: SigningDate, scope: CredentialScope) -> String {
        "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(SHA256Digest(hashing: bytes).hex)"
    }

    /// The parameters re-encoded, sorted by their encoded names, then values.
    private static func query(_ rawQuery: String) -> [UInt8] {
        guard !rawQuery.isEmpty else { return [] }
        let pairs = rawQuery.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let encoded = parts.map { URIEncoding.encode(URIEncoding.decode($0, plusIsSpace: true)) }
            return (name: encoded[0], value: encoded.count > 1 ? encoded[1] : [])
        }
        let sorted = pairs.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        return Array(
            sorted.map { $0.name + [UInt8(ascii: "=")] + $0.value }.joined(separator: [UInt8(ascii: "&")]))
    }

    /// A query whose parameters of one name are in the order in which they are signed; `nil` where it is that already.
    ///
    /// The canonical form sorts values, so a signature does not tell their order. A service that sees them in this one
    /// sees the same whichever order a request on its way was given.
    public static func signedOrder(of rawQuery: String) -> String? {
        guard rawQuery.utf8.contains(UInt8(ascii: "&")) else { return nil }
        let pairs = rawQuery.split(separator: "&", omittingEmptySubsequences: false)
        let names = pairs.map { URIEncoding.decode($0.utf8.prefix { $0 != UInt8(ascii: "=") }, plusIsSpace: true) }
        var places: [[UInt8]: [Int]] = [:]
        for (place, name) in names.enumerated() { places[name, default: []].append(place) }
        var ordered = pairs
        for places in places.values where places.count > 1 {
            let sorted = places.map { (pair: pairs[$0], value: value(of: pairs[$0])) }
                .sorted { $0.value.lexicographicallyPrecedes($1.value) }
            for (place, each) in zip(places, sorted) { ordered[place] = each.pair }
        }
        return ordered == pairs ? nil : ordered.joined(separator: "&")
    }

    /// The encoded value of a parameter.
    private static func value(of pair: Substring) -> [UInt8] {
        guard let sign = pair.utf8.firstIndex(of: UInt8(ascii: "=")) else { return [] }
        return URIEncoding.encode(URIEncoding.decode(pair.utf8[pair.utf8.index(after: sign)...], plusIsSpace: true))
    }

    /// Writes all values of a header, each trimmed and with runs of white space collapsed to one space.
    private static func write(_ name: String, of request: SignableRequest, to bytes: inout [UInt8]) {
        bytes += Array(name.utf8) + [UInt8(ascii: ":")]
        var isFirst = true
        for header in request.headers where header.name.isHeaderName(name) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            let start = bytes.count
            var isSpace = false
            for byte in header.value.utf8 {
                if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
                    isSpace = bytes.count > start
                } else {
                    if isSpace { bytes.append(UInt8(ascii: " ")) }
                    isSpace = false
                    bytes.append(byte)
                }
            }
        }
        bytes.append(lineFeed)
    }
}

/// A path in its canonical form.
enum CanonicalPath {
    /// Writes a path: for S3, encoded once; for other services, without `.`, `..` and empty segments and encoded twice
    /// (once on the wire and once more here).
    static func write(_ rawPath: String, service: String) -> [UInt8] {
        let isObject = service == "s3" || service == "s3express"
        let bytes = isObject ? URIEncoding.decode(rawPath.utf8) : normalized(Array(rawPath.utf8))
        return bytes.isEmpty ? [UInt8(ascii: "/")] : URIEncoding.encode(bytes, keepingSlashes: true)
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
