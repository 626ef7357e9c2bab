internal import CCrypto

/// SHA-1, for names that others have derived by it; it protects nothing.
public enum SHA1Digest {
    /// 40 lower-case hexadecimal digits.
    public static func hex(of bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 20)
        precondition(
            EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil) == 1, "libcrypto cannot compute SHA-1")
        return String(decoding: digest.flatMap { [Hexadecimal.digit($0 >> 4), Hexadecimal.digit($0)] }, as: UTF8.self)
    }
}
