/// Takes values off the front of an input, for targets that build something of it. At the end all of them are zero or
/// empty.
struct InputCursor {
    private var rest: ArraySlice<UInt8>

    init(_ input: UnsafeRawBufferPointer) { rest = Array(input)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// A number from 0 to `most`, which is 255 at most.
    mutating func count(upTo most: Int) -> Int { Int(byte()) % (most + 1) }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number {
        bytes(Number.bitWidth / 8).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// So many bytes; fewer where the input has no more.
    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// Up to 255 bytes, whose number comes first.
    mutating func bytes() -> [UInt8] { bytes(Int(byte())) }

    /// Such bytes as a text. Those that are not UTF-8 become U+FFFD.
    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    /// All bytes that are left.
    mutating func remainder() -> [UInt8] { bytes(rest.count) }
}
