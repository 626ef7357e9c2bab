internal import Digest

/// Makes and checks the links to deployment packages that `GetFunction` and `GetLayerVersion` return.
///
/// A link carries its own expiry and a code over both (HMAC-SHA-256 under a key of this data folder), so it cannot be
/// guessed, needs no state, and survives a restart.
struct DownloadLinks: Sendable {
    /// The path below which packages are served.
    static let path = "/downloads/"
    /// How long a link is valid: ten minutes, as *GetLayerVersion* in the Lambda API reference says.
    static let lifetimeSeconds: Int64 = 600

    private let key: [UInt8]

    /// Makes links under a key.
    init(key: [UInt8]) {
        self.key = key
    }

    /// The path and query of a package, valid from now on.
    func make(for digest: SHA256Digest, nowSeconds: Int64) -> String {
        let expires = nowSeconds + Self.lifetimeSeconds
        return "\(Self.path)\(digest.hex)?Expires=\(expires)&Signature=\(signature(digest, expires).hex)"
    }

    /// The package of a link; `nil` for a link that was made elsewhere, was altered, or has expired.
    func resolve(_ target: String, nowSeconds: Int64) -> SHA256Digest? {
        guard target.hasPrefix(Self.path) else { return nil }
        let parts = target.dropFirst(Self.path.count).split(separator: "?", maxSplits: 1)
        guard parts.count == 2, let digest = SHA256Digest(hex: parts[0]) else { return nil }
        let fields = parts[1].split(separator: "&")
        guard fields.count == 2, fields[0].hasPrefix("Expires="), fields[1].hasPrefix("Signature="),
            let expires = Int64(fields[0].dropFirst("Expires=".count)),
            let given = SHA256Digest(hex: fields[1].dropFirst("Signature=".count))
        else { return nil }
        guard HMACSHA256.areEqual(given.bytes, signature(digest, expires).bytes) else { return nil }
        return expires >= nowSeconds ? digest : nil
    }

    private func signature(_ digest: SHA256Digest, _ expires: Int64) -> SHA256Digest {
        let code = HMACSHA256.code(for: Array("\(digest.hex) \(expires)".utf8), key: key)
        guard let digest = SHA256Digest(bytes: code) else { preconditionFailure("an HMAC-SHA-256 has 32 bytes") }
        return digest
    }
}
