/// Scans JSON text strictly by RFC 8259, for the validator and the reader.
///
/// Raw pointers, so that scanning costs no allocation, retain or bounds check per byte; the creator keeps the bytes
/// alive. Every read is guarded by `at < end`. A failed scan leaves `at` on the offending byte.
struct JSONCursor {
    /// The deepest nesting of containers; Jackson, which AWS uses, also stops at 1 000.
    static let depthLimit = 1000

    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var at: UnsafePointer<UInt8>
    /// Whether a scan failed because of the nesting depth.
    private(set) var isTooDeep = false

    /// The number of bytes before the cursor.
    var offset: Int { at - start }
    /// Whether the cursor is at the end.
    var isAtEnd: Bool { at == end }

    /// Starts before the first byte; `nil` when there are no bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return nil }
        start = base.assumingMemoryBound(to: UInt8.self)
        end = start + bytes.count
        at = start
    }

    /// The next byte; at the end 0, which starts no JSON token.
    @inline(__always)
    var next: UInt8 { at < end ? at.pointee : 0 }

    /// Skips spaces, tabs, line feeds and carriage returns.
    @inline(__always)
    mutating func skipWhitespace() {
        while at < end, at.pointee <= 0x20,
            at.pointee == 0x20 || at.pointee == 0x0A || at.pointee == 0x0D || at.pointee == 0x09
        {
            at += 1
        }
    }

    /// Skips `byte` if it is next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte, at < end else { return false }
        at += 1
        return true
    }

    /// Skips `true`, `false` or `null` if it is next.
    mutating func take(literal: StaticString) -> Bool {
        let letters = literal.utf8Start
        for index in 0..<literal.utf8CodeUnitCount {
            guard at < end, at.pointee == letters[index] else { return false }
            at += 1
        }
        return true
    }

    /// Skips one value, with nested values.
    mutating func skipValue(depth: Int = 0) -> Bool {
        switch next {
        case UInt8(ascii: "\""): return scanText() != nil
        case UInt8(ascii: "{"): return skipObject(depth: depth + 1)
        case UInt8(ascii: "["): return skipArray(depth: depth + 1)
        case UInt8(ascii: "t"): return take(literal: "true")
        case UInt8(ascii: "f"): return take(literal: "false")
        case UInt8(ascii: "n"): return take(literal: "null")
        default: return scanNumber() != nil
        }
    }

    private mutating func skipObject(depth: Int) -> Bool {
        guard enter(depth) else { return false }
        at += 1
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            skipWhitespace()
            guard scanKey() != nil, skipValue(depth: depth) else { return false }
            skipWhitespace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    private mutating func skipArray(depth: Int) -> Bool {
        guard enter(depth) else { return false }
        at += 1
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return true }
        repeat {
            skipWhitespace()
            guard skipValue(depth: depth) else { return false }
            skipWhitespace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    /// Whether a container may be nested this deep.
    mutating func enter(_ depth: Int) -> Bool {
        isTooDeep = depth > Self.depthLimit
        return !isTooDeep
    }

    /// Scans a key and its colon, up to the value.
    mutating func scanKey() -> JSONText? {
        guard let key = scanText() else { return nil }
        skipWhitespace()
        guard take(UInt8(ascii: ":")) else { return nil }
        skipWhitespace()
        return key
    }

    /// Scans a text in quotes.
    mutating func scanText() -> JSONText? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let first = at
        var hasEscapes = false
        while true {
            skipPlainBytes()
            guard at < end else { return nil }
            switch at.pointee {
            case UInt8(ascii: "\""):
                let text = JSONText(bytes: UnsafeBufferPointer(start: first, count: at - first), hasEscapes: hasEscapes)
                at += 1
                return text
            case UInt8(ascii: "\\"):
                hasEscapes = true
                guard skipEscape() else { return nil }
            case 0x80...:
                guard skipMultibyteScalar() else { return nil }
            case ..<0x20:
                return nil
            default:
                at += 1
            }
        }
    }

    /// Scans a number.
    mutating func scanNumber() -> JSONNumber? {
        let first = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), !skipDigits() { return nil }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits() else { return nil }
        }
        if next | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            at += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() else { return nil }
        }
        return JSONNumber(bytes: UnsafeBufferPointer(start: first, count: at - first), isWhole: isWhole)
    }

    private mutating func skipDigits() -> Bool {
        let first = at
        while at < end, at.pointee &- UInt8(ascii: "0") < 10 { at += 1 }
        return at > first
    }
}

extension JSONCursor {
    /// Skips eight bytes at a time while all are plain ASCII: no quote, backslash or control character.
    ///
    /// For a byte b below 0x80, (b - n) has its high bit set if b < n; a borrow can only cause a false positive, which
    /// the byte-wise loop then resolves (Warren, Hacker's Delight, section 6-1).
    @inline(__always)
    private mutating func skipPlainBytes() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = ones &* 0x80
        while end - at >= 8 {
            let word = UnsafeRawPointer(at).loadUnaligned(as: UInt64.self)
            let quotes = word ^ (ones &* 0x22)
            let slashes = word ^ (ones &* 0x5C)
            let candidates = word | (word &- ones &* 0x20) | (quotes &- ones) | (slashes &- ones)
            guard candidates & highs == 0 else { return }
            at += 8
        }
    }

    private mutating func skipEscape() -> Bool {
        at += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 1
            return true
        case UInt8(ascii: "u"):
            at += 1
            for _ in 0..<4 {
                guard JSONText.hexadecimalValue(of: next) != nil else { return false }
                at += 1
            }
            return true
        default:
            return false
        }
    }

    /// Skips one scalar of two to four bytes, by the table of well-formed sequences (Unicode 16, table 3-7).
    private mutating func skipMultibyteScalar() -> Bool {
        let lead = at.pointee
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return false
        }
        guard end - at >= length, second.contains(at[1]) else { return false }
        for index in 2..<max(length, 2) where at[index] & 0xC0 != 0x80 { return false }
        at += length
        return true
    }
}
