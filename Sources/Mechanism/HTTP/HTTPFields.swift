internal import Glibc

/// The field lines of a head or of trailers (RFC 9112, section 5), with the bytes that they were sent as.
struct HTTPFields: Sendable {
    private struct Line {
        let name: Range<Int>
        let value: Range<Int>
    }

    /// More than any client sends; each look-up passes all of them.
    private static let maximumCount = 256

    private let bytes: [UInt8]
    private var lines: [Line] = []

    /// No fields.
    init() { bytes = [] }

    /// Reads field lines, each ended by CRLF.
    ///
    /// - Parameter start: where in `bytes` the first line begins; the last one ends where the bytes end.
    /// - Throws: 400 where a line is not a name, a colon and a value. Obsolete line folding is refused, as section 5.2
    ///   allows.
    init(_ bytes: [UInt8], from start: Int) throws(RequestFault) {
        var lines: [Line] = []
        lines.reserveCapacity(16)
        var isValid = true
        bytes.withUnsafeBytes { buffer in
            var position = start
            while isValid, position < buffer.count {
                guard lines.count < Self.maximumCount, let end = buffer.lineEnd(from: position),
                    let line = Self.line(buffer, position..<end)
                else {
                    isValid = false
                    return
                }
                lines.append(line)
                position = end + 2
            }
        }
        guard lines.count < Self.maximumCount else { throw RequestFault(431, "there are too many header fields") }
        guard isValid else { throw RequestFault(400, "a header field is malformed") }
        self.bytes = bytes
        self.lines = lines
    }

    private static func line(_ buffer: UnsafeRawBufferPointer, _ range: Range<Int>) -> Line? {
        var colon = range.lowerBound
        while colon < range.upperBound, buffer[colon].isTokenCharacter { colon += 1 }
        guard colon > range.lowerBound, colon < range.upperBound, buffer[colon] == UInt8(ascii: ":") else { return nil }
        var (first, last) = (colon + 1, range.upperBound)
        while first < last, buffer[first].isBlank { first += 1 }
        while last > first, buffer[last - 1].isBlank { last -= 1 }
        for position in first..<last where buffer[position].isForbiddenInValue { return nil }
        return Line(name: range.lowerBound..<colon, value: first..<last)
    }

    /// The first value of a field, by case-insensitive name.
    subscript(name: String) -> String? {
        var name = name
        return name.withUTF8 { wanted in
            lines.first { isSame($0.name, wanted) }.map { text($0.value) }
        }
    }

    /// The values of all lines of a field that is a list, by case-insensitive name; `nil` without such a line.
    func list(of name: String) -> String? {
        guard self[name] != nil else { return nil }
        return all.filter { $0.name.lowercased() == name.lowercased() }.map(\.value).joined(separator: ",")
    }

    /// How many lines a field has, by case-insensitive name.
    func count(of name: StaticString) -> Int {
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return lines.count { isSame($0.name, wanted) }
    }

    /// All fields, in the order in which they were sent.
    var all: [(name: String, value: String)] { lines.map { (text($0.name), text($0.value)) } }

    private func isSame(_ range: Range<Int>, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
        guard range.count == wanted.count else { return false }
        var index = range.lowerBound
        for byte in wanted {
            guard bytes[index].lowercase == byte.lowercase else { return false }
            index += 1
        }
        return true
    }

    private func text(_ range: Range<Int>) -> String {
        bytes.withUnsafeBytes { String(decoding: UnsafeRawBufferPointer(rebasing: $0[range]), as: UTF8.self) }
    }
}

/// Why a request cannot be read: the status that it is refused with, and the reason.
struct RequestFault: Error, Equatable {
    let status: Int
    let reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}

extension UnsafeRawBufferPointer {
    /// Where the line that begins at `start` ends: the position of its CRLF; `nil` where there is none, or a lone LF.
    func lineEnd(from start: Int) -> Int? {
        guard start < count, let base = baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), count - start)
        else { return nil }
        let end = base.distance(to: UnsafeRawPointer(found)) - 1
        return end >= start && self[end] == UInt8(ascii: "\r") ? end : nil
    }
}

extension UInt8 {
    /// A letter in lower case; every other byte as it is.
    var lowercase: UInt8 { self >= 65 && self <= 90 ? self | 32 : self }

    /// A space or a tab.
    var isBlank: Bool { self == 32 || self == 9 }

    /// Whether no field value may have it: a control character other than the tab (RFC 9110, section 5.5).
    var isForbiddenInValue: Bool { self < 32 && self != 9 || self == 127 }

    /// Whether it may be in a method or a field's name (RFC 9110, section 5.6.2).
    var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
