internal import Digest

/// The signing key of one scope: derived from a secret by four HMACs, so that it can be kept for a day without the
/// secret.
///
/// Source: "Create a signed AWS API request", IAM user guide, "Step 3: Calculate the signature".
public struct SigningKey: Sendable, Hashable {
    private let bytes: [UInt8]

    /// Derives the key.
    public init(secretAccessKey: String, scope: CredentialScope) {
        bytes = [scope.day, scope.region, scope.service, CredentialScope.terminator]
            .reduce(Array("AWS4\(secretAccessKey)".utf8)) { key, part in
                HMACSHA256.code(for: Array(part.utf8), key: key)
            }
    }

    /// The signature of a text, in lower-case hexadecimal digits.
    public func signature(of stringToSign: String) -> String {
        guard let code = SHA256Digest(bytes: HMACSHA256.code(for: Array(stringToSign.utf8), key: bytes))
        else { preconditionFailure("an HMAC-SHA-256 has 32 bytes") }
        return code.hex
    }
}
