internal import Glibc

/// One line of a log.
public struct LogLine: Hashable, Sendable {
    /// When it was printed, in milliseconds since 1970.
    public var milliseconds: Int64
    /// The line without its line break. A carriage return stands for a line break inside of one event, as Lambda's
    /// runtimes write it.
    public var text: String

    /// Makes a line.
    public init(milliseconds: Int64, text: String) {
        self.milliseconds = milliseconds
        self.text = text
    }

    /// Writes the line as the file has it: the time and the text; text after a carriage return goes on an indented line
    /// of its own. One at the end, as of Windows and of AWS's warnings, goes.
    func append(to bytes: inout [UInt8]) {
        Self.appendTime(milliseconds, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        while bytes.count > start, bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        // Rare, and many bytes have to move for each.
        if bytes[start...].contains(UInt8(ascii: "\r")) {
            let text = Array(bytes[start...])
            bytes.removeLast(text.count)
            for byte in text {
                if byte == UInt8(ascii: "\r") {
                    bytes.append(UInt8(ascii: "\n"))
                    bytes.append(UInt8(ascii: "\t"))
                } else {
                    bytes.append(byte)
                }
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Writes a time in RFC 3339's format, with milliseconds.
    static func appendTime(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        var seconds = time_t(milliseconds / 1000)
        var time = tm()
        gmtime_r(&seconds, &time)
        append(time.tm_year + 1900, width: 4, UInt8(ascii: "-"), to: &bytes)
        append(time.tm_mon + 1, width: 2, UInt8(ascii: "-"), to: &bytes)
        append(time.tm_mday, width: 2, UInt8(ascii: "T"), to: &bytes)
        append(time.tm_hour, width: 2, UInt8(ascii: ":"), to: &bytes)
        append(time.tm_min, width: 2, UInt8(ascii: ":"), to: &bytes)
        append(time.tm_sec, width: 2, UInt8(ascii: "."), to: &bytes)
        append(Int32(milliseconds % 1000), width: 3, UInt8(ascii: "Z"), to: &bytes)
    }

    /// Writes a number with leading zeros, and the character after it.
    private static func append(_ number: Int32, width: Int, _ end: UInt8, to bytes: inout [UInt8]) {
        var divisor: Int32 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        bytes.append(end)
    }
}
