extension String {
    /// Text that a program has printed. Bytes that are not UTF-8 are replaced by U+FFFD as `String(decoding:as:)` does
    /// it: one for each longest beginning of a character, and one for each other byte ("U+FFFD Substitution of Maximal
    /// Subparts", section 3.9 of the Unicode standard).
    ///
    /// A function decides what the server reads here. `String(decoding:as:)` takes thirty times longer where bytes have
    /// to be replaced, in which the thread that reads does nothing for other functions.
    init(printed bytes: [UInt8]) {
        self = String(validating: bytes, as: UTF8.self) ?? String(decoding: Self.repaired(bytes), as: UTF8.self)
    }

    private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        // Each byte becomes three at most.
        [UInt8](unsafeUninitializedCapacity: 3 * bytes.count) { output, count in
            var position = 0
            while position < bytes.count {
                let (length, isWhole) = character(in: bytes, at: position)
                if isWhole {
                    for offset in 0..<length { output[count + offset] = bytes[position + offset] }
                    count += length
                } else {
                    (output[count], output[count + 1], output[count + 2]) = (0xEF, 0xBF, 0xBD)
                    count += 3
                }
                position += length
            }
        }
    }

    /// How many bytes at a position are a character, or the longest beginning of one, at least one byte.
    ///
    /// Source: table 3-7, "Well-Formed UTF-8 Byte Sequences", of the Unicode standard.
    private static func character(in bytes: [UInt8], at start: Int) -> (length: Int, isWhole: Bool) {
        let whole: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[start] {
        case ..<0x80: return (1, true)
        case 0xC2...0xDF: whole = 2
        case 0xE0: (whole, second) = (3, 0xA0...0xBF)
        case 0xED: (whole, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: whole = 3
        case 0xF0: (whole, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: whole = 4
        case 0xF4: (whole, second) = (4, 0x80...0x8F)
        default: return (1, false)
        }
        var length = 1
        while length < whole, start + length < bytes.count,
            (length == 1 ? second : 0x80...0xBF).contains(bytes[start + length])
        {
            length += 1
        }
        return (length, length == whole)
    }
}
