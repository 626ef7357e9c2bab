internal import Digest

/// The format of IAM's identifiers: a prefix for the kind, then upper-case letters and digits.
///
/// Source: "IAM identifiers", IAM user guide: `AKIA` for long-term keys, `ASIA` for temporary ones, `AROA` for roles.
package enum AccessKeyText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// One of the 32 letters of base32 (RFC 4648, section 6) for each of the first bytes; an access key has 16.
    package static func letters(_ bytes: [UInt8], count: Int = 16) -> String {
        String(decoding: bytes.prefix(count).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    /// The identifier of a role or policy: its prefix, and one letter for each of the first 17 bytes.
    package static func entityID(_ prefix: String, _ bytes: [UInt8]) -> String { prefix + letters(bytes, count: 17) }

    /// A new identifier with random letters.
    package static func newEntityID(_ prefix: String) -> String {
        entityID(prefix, (0..<17).map { _ in UInt8.random(in: .min ... .max) })
    }

    /// The identifier of a role of which only the ARN is known. Derived from the ARN, so it is stable.
    package static func roleID(of arn: String) -> String {
        entityID("AROA", SHA256Digest(hashing: Array(arn.utf8)).bytes)
    }
}
