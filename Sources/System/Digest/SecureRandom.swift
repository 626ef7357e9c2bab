internal import CCrypto

/// Random bytes that nobody can foretell, from OpenSSL's generator, which asks the operating system now and then only:
/// a system call for each is felt where every invocation needs some (RAND_bytes(3)).
public struct SecureRandom: RandomNumberGenerator, Sendable {
    /// Makes a generator; all share one state.
    public init() {}

    /// Eight random bytes.
    public func next() -> UInt64 {
        var number: UInt64 = 0
        let result = withUnsafeMutableBytes(of: &number) { buffer in
            RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(buffer.count))
        }
        // Without randomness nothing may go on: keys and identifiers would be foreseeable.
        precondition(result == 1, "OpenSSL's RAND_bytes failed")
        return number
    }
}
