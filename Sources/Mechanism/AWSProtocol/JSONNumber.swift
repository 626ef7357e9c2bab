/// The bytes of a JSON number, where they lie in the input.
struct JSONNumber {
    let bytes: UnsafeBufferPointer<UInt8>
    /// Whether it is written without fraction and exponent.
    let isWhole: Bool

    /// The number, if a `Double` can hold it.
    var double: Double? {
        Double(String(decoding: bytes, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The number without its fraction, as Java converts it, if 64 bits can hold it.
    var integer: Int64? {
        isWhole
            ? Int64(String(decoding: bytes, as: UTF8.self)) : double.flatMap { Int64(exactly: $0.rounded(.towardZero)) }
    }
}
