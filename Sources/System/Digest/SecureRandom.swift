internal import CCrypto

/// A cryptographically secure generator: OpenSSL's, which rarely reseeds from the operating system (RAND_bytes(3)).
/// Every invocation needs random bytes, and a system call for each would be measurable.
public struct SecureRandom: RandomNumberGenerator, Sendable {
    /// Makes a generator; all share OpenSSL's state.
    public init() {}

    /// Eight random bytes.
    public func next() -> UInt64 {
        var number: UInt64 = 0
        let result = withUnsafeMutableBytes(of: &number) { buffer in
            RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(buffer.count))
        }
        // Without randomness, keys and identifiers would be predictable: stop.
        precondition(result == 1, "OpenSSL's RAND_bytes failed")
        return number
    }
}
