/// How access keys are written: 20 upper-case letters and digits that begin with what they are.
///
/// Source: "IAM identifiers", IAM user guide: `AKIA` for long-term keys, `ASIA` for temporary ones.
enum AccessKeyText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// Sixteen letters from the first sixteen bytes, of 32 letters each (RFC 4648, section 6).
    static func letters(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(16).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }
}
