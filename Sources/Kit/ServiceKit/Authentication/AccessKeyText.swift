internal import Digest

/// How ids of keys and roles are written: upper-case letters and digits that begin with what they are.
///
/// Source: "IAM identifiers", IAM user guide: `AKIA` for long-term keys, `ASIA` for temporary ones, `AROA` for roles.
package enum AccessKeyText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// Letters from the first bytes, of 32 letters each (RFC 4648, section 6): sixteen of them in an access key.
    package static func letters(_ bytes: [UInt8], count: Int = 16) -> String {
        String(decoding: bytes.prefix(count).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    /// The id of a role or policy, from 17 bytes: its prefix and as many letters.
    package static func entityID(_ prefix: String, _ bytes: [UInt8]) -> String { prefix + letters(bytes, count: 17) }

    /// The id of a role that only its ARN is known of: always the same for the same ARN.
    package static func roleID(of arn: String) -> String {
        entityID("AROA", SHA256Digest(hashing: Array(arn.utf8)).bytes)
    }
}
