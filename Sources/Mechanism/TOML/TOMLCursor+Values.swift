extension TOMLCursor {
    /// Arrays in arrays; the reader recurses into them.
    private static let arrayDepthMax = 8

    /// Reads a value.
    mutating func readValue() throws(TOMLError) -> TOMLValue { try readValue(depth: 0) }

    private mutating func readValue(depth: Int) throws(TOMLError) -> TOMLValue {
        switch current {
        case "\"", "'": return .string(try readString())
        case "[": return .array(try readArray(depth: depth))
        case "{": throw error("inline tables ({…}) are not supported; write a [table]")
        default: return try readWord()
        }
    }

    private mutating func readArray(depth: Int) throws(TOMLError) -> [TOMLValue] {
        guard depth < Self.arrayDepthMax else { throw error("arrays are nested too deeply") }
        advance()
        var values: [TOMLValue] = []
        while true {
            try skipBlanks()
            if take("]") { return values }
            values.append(try readValue(depth: depth + 1))
            try skipBlanks()
            guard take(",") || current == "]" else { throw error("expected ',' or ']', not \(described)") }
        }
    }

    /// Reads a string in quotes: basic ("…", with escapes) or literal ('…', without).
    mutating func readString() throws(TOMLError) -> String {
        let start = position
        guard let quote = current else { throw error("expected a string") }
        guard ahead(1) != quote || ahead(2) != quote else { throw error("multi-line strings are not supported") }
        advance()
        var text = String.UnicodeScalarView()
        while !take(quote) {
            guard !isAtLineEnd else { throw TOMLError(position: start, message: "the string has no closing quote") }
            if quote == "\"", current == "\\" {
                text.append(try readEscape())
            } else {
                text.append(try takeCharacter())
            }
        }
        return String(text)
    }

    private mutating func readEscape() throws(TOMLError) -> Unicode.Scalar {
        let start = position
        advance()
        guard let letter = current else { throw error("the string has no closing quote") }
        advance()
        switch letter {
        case "b": return "\u{8}"
        case "t": return "\t"
        case "n": return "\n"
        case "f": return "\u{C}"
        case "r": return "\r"
        case "\"", "\\": return letter
        case "u", "U":
            let count = letter == "u" ? 4 : 8
            var digits = ""
            while digits.unicodeScalars.count < count, let digit = current, digit.properties.isASCIIHexDigit {
                digits.unicodeScalars.append(digit)
                advance()
            }
            if digits.unicodeScalars.count == count, let value = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(value)
            {
                return scalar
            }
            throw TOMLError(position: start, message: "the escape names no Unicode character")
        default:
            throw TOMLError(
                position: start, message: "unknown escape; write '\\\\' for a backslash, or use single quotes")
        }
    }

    /// Reads a value that is one word: a boolean or a number.
    private mutating func readWord() throws(TOMLError) -> TOMLValue {
        let start = position
        let word = take { $0.isASCII && ($0.properties.isAlphabetic || "0123456789+-_.:".unicodeScalars.contains($0)) }
        guard !word.isEmpty else { throw error("expected a value, not \(described)") }
        do throws(TOMLNumber.Refusal) {
            return word == "true" ? .boolean(true) : word == "false" ? .boolean(false) : try TOMLNumber.read(word)
        } catch {
            throw TOMLError(position: start, message: error.message)
        }
    }
}

/// Numbers: decimal integers of 64 bits and finite floats, with underscores between digits.
private enum TOMLNumber {
    /// Why a word is not a number.
    struct Refusal: Error {
        let message: String
    }

    static func read(_ word: String) throws(Refusal) -> TOMLValue {
        let digits = word.first == "+" || word.first == "-" ? word.dropFirst() : word[...]
        if digits == "inf" || digits == "nan" { throw Refusal(message: "inf and nan are not supported") }
        if ["0x", "0o", "0b"].contains(digits.prefix(2)) {
            throw Refusal(message: "only decimal integers are supported")
        }
        if isDateOrTime(word) { throw Refusal(message: "dates and times are not supported; write a string") }
        let parts = digits.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let exponent = parts.dropFirst().first.map { $0.first == "+" || $0.first == "-" ? $0.dropFirst() : $0 }
        guard isDigits(mantissa[0]), mantissa.count == 1 || isDigits(mantissa[1]), exponent.map(isDigits) ?? true else {
            throw Refusal(message: "'\(word)' is not a value; strings need quotes")
        }
        guard mantissa[0].utf8.count == 1 || mantissa[0].first != "0" else {
            throw Refusal(message: "numbers have no leading zeros; strings need quotes")
        }
        let plain = word.filter { $0 != "_" }
        if mantissa.count == 1, exponent == nil {
            guard let integer = Int64(plain) else { throw Refusal(message: "the integer does not fit into 64 bits") }
            return .integer(integer)
        }
        guard let float = Double(plain), float.isFinite else { throw Refusal(message: "the float is out of range") }
        return .float(float)
    }

    /// `1979-05-27…` or `07:32…`.
    private static func isDateOrTime(_ word: String) -> Bool {
        let bytes = Array(word.utf8.prefix(6))
        let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        return digits < bytes.count
            && ((digits == 4 && bytes[4] == UInt8(ascii: "-")) || (digits == 2 && bytes[2] == UInt8(ascii: ":")))
    }

    /// Digits, with single underscores between them.
    private static func isDigits(_ text: Substring) -> Bool {
        text.split(separator: "_", omittingEmptySubsequences: false).allSatisfy { group in
            !group.isEmpty && group.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }
}
