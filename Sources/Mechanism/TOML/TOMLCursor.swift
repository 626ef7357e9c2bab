/// A position in the text of a document that moves forward, and the characters there.
struct TOMLCursor {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    /// Decodes the document's UTF-8.
    init(_ bytes: [UInt8]) throws(TOMLError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = 1 + bytes.prefix(Self.validCount(bytes)).count { $0 == UInt8(ascii: "\n") }
            throw TOMLError(position: TOMLPosition(line: line, column: 1), message: "the line is not UTF-8")
        }
        scalars = Array(text.unicodeScalars)
    }

    /// The current position.
    var position: TOMLPosition { TOMLPosition(line: line, column: index - lineStart + 1) }

    /// The current character; `nil` at the end.
    var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    /// A later character; `nil` beyond the end.
    func ahead(_ count: Int) -> Unicode.Scalar? { index + count < scalars.count ? scalars[index + count] : nil }

    /// Whether a line ends here: at LF, CRLF or the end of the document.
    var isAtLineEnd: Bool { current == nil || current == "\n" || (current == "\r" && ahead(1) == "\n") }

    /// Moves past one character.
    mutating func advance() {
        if current == "\n" {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    /// Moves past a character, if it is the current one.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        advance()
        return true
    }

    /// Moves past the characters that match, and returns them.
    mutating func take(while matches: (Unicode.Scalar) -> Bool) -> String {
        var taken = String.UnicodeScalarView()
        while let scalar = current, matches(scalar) {
            taken.append(scalar)
            advance()
        }
        return String(taken)
    }

    /// Moves past spaces and tabs.
    mutating func skipSpaces() {
        while current == " " || current == "\t" { advance() }
    }

    /// Moves past spaces, comments and line ends.
    mutating func skipBlanks() throws(TOMLError) {
        while true {
            skipSpaces()
            try skipComment()
            guard current != nil, isAtLineEnd else { return }
            if current == "\r" { advance() }
            advance()
        }
    }

    /// Moves past a comment, up to the end of its line.
    mutating func skipComment() throws(TOMLError) {
        guard current == "#" else { return }
        while !isAtLineEnd { _ = try takeCharacter() }
    }

    /// Moves past any character but a control character, which TOML allows nowhere, tabs aside.
    mutating func takeCharacter() throws(TOMLError) -> Unicode.Scalar {
        guard let scalar = current else { throw error("the document ends here") }
        guard scalar == "\t" || !(scalar.value < 0x20 || scalar.value == 0x7F) else {
            throw error("control characters are not allowed")
        }
        advance()
        return scalar
    }

    /// An error at the current position.
    func error(_ message: String) -> TOMLError { TOMLError(position: position, message: message) }

    /// The current character, for messages.
    var described: String {
        switch current {
        case nil: "the end of the file"
        case _ where isAtLineEnd: "the end of the line"
        case .some(let scalar) where scalar.value < 0x20 || scalar.value == 0x7F: "a control character"
        case .some(let scalar): "'\(scalar)'"
        }
    }

    /// The length of the longest prefix that is UTF-8.
    private static func validCount(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { count += UTF8.width(scalar) }
        return count
    }
}
