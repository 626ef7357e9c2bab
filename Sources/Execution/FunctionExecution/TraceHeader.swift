internal import Digest
internal import Domain

/// The X-Ray header of an invocation that came without one.
///
/// Source: "Tracing header" in the AWS X-Ray developer guide.
package enum TraceHeader {
    /// Makes a header with a new root, for the first run of a function.
    ///
    /// - Parameter function: the hash that names the function in the header's lineage.
    package static func make(nowMilliseconds: Int64, function: String) -> String {
        let random = SecureRandom()
        let time = String(nowMilliseconds / 1000, radix: 16)
        let root = hexadecimal(random.next(), random.next() >> 32)
        return "Root=1-\(time)-\(root);Parent=\(hexadecimal(random.next()));Sampled=0;Lineage=1:\(function):0"
    }

    /// The sixteen digits of a number, and eight more of another.
    private static func hexadecimal(_ number: UInt64, _ more: UInt64? = nil) -> String {
        String(unsafeUninitializedCapacity: 24) { digits in
            for index in 0..<16 { digits[index] = Hexadecimal.digit(number >> (60 - 4 * UInt64(index))) }
            guard let more else { return 16 }
            for index in 0..<8 { digits[16 + index] = Hexadecimal.digit(more >> (28 - 4 * UInt64(index))) }
            return 24
        }
    }
}
