internal import CCrypto

/// HMAC with SHA-256 (RFC 2104), by OpenSSL.
public enum HMACSHA256 {
    /// The 32-byte authentication code of a message under a key.
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        let result = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &count)
        precondition(result != nil && count == 32, "OpenSSL's HMAC failed")
        return code
    }

    /// Compares two codes in constant time, so that the time does not reveal where they differ.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Generates a random key, from the operating system's generator.
    public static func makeKey(byteCount: Int = 32) -> [UInt8] {
        (0..<byteCount).map { _ in UInt8.random(in: .min ... .max) }
    }
}
