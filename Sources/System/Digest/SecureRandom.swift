internal import CCrypto
internal import Synchronization

/// A cryptographically secure generator: OpenSSL's, which rarely reseeds from the operating system (RAND_bytes(3)).
///
/// Every invocation needs random bytes, and OpenSSL takes microseconds and several system calls for each request. So
/// they are taken from it in blocks, and used once.
public struct SecureRandom: RandomNumberGenerator, Sendable {
    /// Random numbers that have not been used.
    private static let block = Mutex<[UInt64]>([])
    private static let blockCount = 64

    /// Makes a generator; all share OpenSSL's state.
    public init() {}

    /// Eight random bytes.
    public func next() -> UInt64 {
        Self.block.withLock { block in
            if block.isEmpty { block = Self.fresh() }
            return block.removeLast()
        }
    }

    private static func fresh() -> [UInt64] {
        var numbers = [UInt64](repeating: 0, count: blockCount)
        let result = numbers.withUnsafeMutableBytes { buffer in
            RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(buffer.count))
        }
        // Without randomness, keys and identifiers would be predictable: stop.
        precondition(result == 1, "OpenSSL's RAND_bytes failed")
        return numbers
    }
}
