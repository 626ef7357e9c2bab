internal import CCrypto

/// AES-256-GCM (NIST SP 800-38D), by OpenSSL: what it encrypts cannot be read, nor changed unnoticed, without the key.
public struct AuthenticatedCipher: Sendable {
    private let key: [UInt8]

    /// A random nonce of this size precedes what is encrypted; a tag of 16 bytes follows it.
    private static let nonceSize = 12
    private static let tagSize = 16

    /// Takes a key of 32 bytes. Another size ends the program.
    public init(key: [UInt8]) {
        precondition(key.count == 32, "AES-256 has keys of 32 bytes")
        self.key = key
    }

    /// Encrypts a message.
    ///
    /// - Parameter context: What the message belongs to. It is not encrypted, and decryption needs the same.
    /// - Returns: The nonce, the encrypted message and the tag.
    public func encrypt(_ message: [UInt8], context: [UInt8]) -> [UInt8] {
        let nonce = HMACSHA256.makeKey(byteCount: Self.nonceSize)
        let state = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(state) }
        var count: Int32 = 0
        var output = [UInt8](repeating: 0, count: message.count)
        var tag = [UInt8](repeating: 0, count: Self.tagSize)
        let isDone =
            EVP_EncryptInit_ex(state, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_EncryptUpdate(state, nil, &count, context, Int32(context.count)) == 1
            && EVP_EncryptUpdate(state, &output, &count, message, Int32(message.count)) == 1
            && EVP_EncryptFinal_ex(state, &tag, &count) == 1
            && EVP_CIPHER_CTX_ctrl(state, EVP_CTRL_GCM_GET_TAG, Int32(Self.tagSize), &tag) == 1
        precondition(isDone, "OpenSSL's AES-GCM failed")
        return nonce + output + tag
    }

    /// Decrypts what ``encrypt(_:context:)`` returned; `nil` for anything else, and for another key or context.
    public func decrypt(_ bytes: [UInt8], context: [UInt8]) -> [UInt8]? {
        guard bytes.count >= Self.nonceSize + Self.tagSize else { return nil }
        let nonce = Array(bytes.prefix(Self.nonceSize))
        let message = Array(bytes.dropFirst(Self.nonceSize).dropLast(Self.tagSize))
        var tag = Array(bytes.suffix(Self.tagSize))
        let state = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(state) }
        var count: Int32 = 0
        var output = [UInt8](repeating: 0, count: message.count)
        var rest = [UInt8](repeating: 0, count: Self.tagSize)
        let isGenuine =
            EVP_DecryptInit_ex(state, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_DecryptUpdate(state, nil, &count, context, Int32(context.count)) == 1
            && EVP_DecryptUpdate(state, &output, &count, message, Int32(message.count)) == 1
            && EVP_CIPHER_CTX_ctrl(state, EVP_CTRL_GCM_SET_TAG, Int32(Self.tagSize), &tag) == 1
            && EVP_DecryptFinal_ex(state, &rest, &count) == 1
        return isGenuine ? output : nil
    }
}
