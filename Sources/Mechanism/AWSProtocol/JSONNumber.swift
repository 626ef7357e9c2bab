/// The bytes of a JSON number, in place in the input.
struct JSONNumber {
    let bytes: UnsafeBufferPointer<UInt8>
    /// Whether it has neither fraction nor exponent.
    let isWhole: Bool

    /// The number, if it is in the range of `Double`.
    var double: Double? {
        Double(String(decoding: bytes, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The number without its fraction, as Java converts it, if it fits into 64 bits.
    var integer: Int64? {
        isWhole
            ? Int64(String(decoding: bytes, as: UTF8.self)) : double.flatMap { Int64(exactly: $0.rounded(.towardZero)) }
    }
}
