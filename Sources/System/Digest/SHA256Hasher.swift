internal import CCrypto

/// Computes a SHA-256 digest incrementally (OpenSSL's EVP interface, which uses the CPU's SHA instructions).
///
/// Sendable, because it has one owner, and OpenSSL binds no context to a thread.
public struct SHA256Hasher: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer

    /// Starts the digest of an empty message.
    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            fatalError("OpenSSL cannot start SHA-256: the process is out of memory or libcrypto is broken")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to the digest.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "EVP_DigestUpdate failed")
    }

    /// Finishes and returns the digest.
    public consuming func finalize() -> SHA256Digest {
        var output = [UInt8](repeating: 0, count: 32)
        precondition(EVP_DigestFinal_ex(context, &output, nil) == 1, "EVP_DigestFinal_ex failed")
        guard let digest = SHA256Digest(bytes: output) else { preconditionFailure("a SHA-256 digest has 32 bytes") }
        return digest
    }
}

extension SHA256Digest {
    /// The digest of bytes in memory.
    public init(hashing bytes: [UInt8]) {
        var hasher = SHA256Hasher()
        bytes.withUnsafeBytes { hasher.update($0) }
        self = hasher.finalize()
    }
}
