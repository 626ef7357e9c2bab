/// Just enough of Swift's grammar to tell code from comments and strings, and to find where functions end.
enum SwiftText {
    /// The same bytes with all that is in comments, string literals and backticks turned into spaces.
    static func code(_ bytes: [UInt8]) -> [UInt8] {
        var reader = Reader(bytes: bytes)
        reader.readCode(untilClosingParenthesis: false)
        return reader.code
    }

    /// A function, initializer, deinitializer or subscript with a body: the line it starts on (from 0), and how many.
    struct Function: Equatable {
        let line: Int
        let lineCount: Int
    }

    /// The functions in lines of code that `code` has blanked.
    static func functions(_ lines: [Substring]) -> [Function] {
        lines.indices.compactMap { line in
            guard declaresFunction(lines[line]) else { return nil }
            return end(of: line, lines).map { Function(line: line, lineCount: $0 - line + 1) }
        }
    }

    private static func declaresFunction(_ line: Substring) -> Bool {
        let words = line.split { " (<?".contains($0) }
        return words.contains("func") || words.contains("deinit")
            || [" init(", " init?(", " init<", " subscript("].contains { (" " + line).contains($0) }
    }

    /// The line on which the body that begins at or after a line ends; `nil` for a declaration without a body.
    private static func end(of start: Int, _ lines: [Substring]) -> Int? {
        var parentheses = 0
        var braces = 0
        var isInBody = false
        for index in start..<lines.count {
            for byte in lines[index].utf8 {
                switch byte {
                case UInt8(ascii: "("): parentheses += 1
                case UInt8(ascii: ")"): parentheses -= 1
                case UInt8(ascii: "{") where parentheses == 0 || isInBody:
                    braces += 1
                    isInBody = true
                case UInt8(ascii: "}") where isInBody: braces -= 1
                default: break
                }
                if isInBody && braces == 0 || braces < 0 { return isInBody ? index : nil }
            }
            if !isInBody, parentheses == 0, !continues(lines, after: index) { return nil }
        }
        return nil
    }

    private static func continues(_ lines: [Substring], after index: Int) -> Bool {
        guard index + 1 < lines.count else { return false }
        let next = lines[index + 1].drop { $0 == " " }
        return ["{", "->", "where ", "throws", "async", ")"].contains { next.hasPrefix($0) }
    }
}

extension SwiftText {
    /// The identifiers and keywords of a line of code.
    static func words(_ line: Substring) -> [Substring] {
        line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    }

    /// The types that a line of code declares.
    static func declaredTypes(_ line: Substring) -> [Substring] {
        let kinds: Set<Substring> = ["struct", "enum", "class", "actor", "protocol"]
        let words = words(line)
        return zip(words, words.dropFirst()).filter { kinds.contains($0.0) }.map(\.1)
    }

    /// The type that a line of code extends, with the types around it: `Outer.Inner`; `nil` for other lines.
    static func extendedType(_ line: Substring) -> Substring? {
        let words = line.split { $0 == " " || $0 == ":" || $0 == "{" || $0 == "<" }.drop {
            $0.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains($0)
        }
        return words.first == "extension" ? words.dropFirst().first { !$0.hasPrefix("@") } : nil
    }

    /// The lines of each closure that directly follows a call, from the line of the call to that of the closing brace.
    static func closures(after call: Substring, _ lines: [Substring]) -> [ClosedRange<Int>] {
        lines.indices.filter { words(lines[$0]).contains(call) }.compactMap { start in
            guard let opening = lines[start].firstRange(of: call)?.upperBound else { return nil }
            var depth = 0
            for index in start..<lines.count {
                for byte in (index == start ? lines[start][opening...] : lines[index]).utf8 {
                    if byte == UInt8(ascii: "{") { depth += 1 }
                    if byte == UInt8(ascii: "}") { depth -= 1 }
                    if depth == 0, byte == UInt8(ascii: "}") { return start...index }
                }
                if depth == 0 { return nil }
            }
            return nil
        }
    }

    /// Walks over bytes once; what it does not call code it overwrites with spaces.
    private struct Reader {
        private(set) var code: [UInt8]
        private var index = 0

        init(bytes: [UInt8]) { code = bytes }

        /// Reads code to the end, or to the parenthesis that closes an interpolation.
        mutating func readCode(untilClosingParenthesis isInterpolation: Bool) {
            var depth = 0
            while index < code.count {
                switch code[index] {
                case UInt8(ascii: "/") where next == UInt8(ascii: "/"): blank(before: "\n")
                case UInt8(ascii: "/") where next == UInt8(ascii: "*"): readBlockComment()
                case UInt8(ascii: "`"):
                    blank(1)
                    blank(before: "`")
                    blank(1)
                case UInt8(ascii: "\""): readString(hashes: 0)
                case UInt8(ascii: "#"):
                    if let hashes = hashesOfString() { readString(hashes: hashes) } else { index += 1 }
                case let byte:
                    if byte == UInt8(ascii: "(") { depth += 1 }
                    if byte == UInt8(ascii: ")") { depth -= 1 }
                    if isInterpolation, depth < 0 { return }
                    if isInterpolation { blank(1) } else { index += 1 }
                }
            }
        }

        private var next: UInt8? { index + 1 < code.count ? code[index + 1] : nil }

        private mutating func readBlockComment() {
            var depth = 0
            repeat {
                if starts(with: "/*") { depth += 1 }
                if starts(with: "*/") { depth -= 1 }
                blank(starts(with: "/*") || starts(with: "*/") ? 2 : 1)
            } while depth > 0 && index < code.count
        }

        /// How many `#` precede the quotation mark of the string that starts here; `nil` when none does.
        private func hashesOfString() -> Int? {
            let hashes = code[index...].prefix { $0 == UInt8(ascii: "#") }.count
            guard index + hashes < code.count, code[index + hashes] == UInt8(ascii: "\"") else { return nil }
            return hashes
        }

        private mutating func readString(hashes: Int) {
            blank(hashes)
            let marks = starts(with: "\"\"\"") ? 3 : 1
            let end = String(repeating: "\"", count: marks) + String(repeating: "#", count: hashes)
            let escape = "\\" + String(repeating: "#", count: hashes)
            blank(marks)
            while index < code.count, !starts(with: end) {
                if starts(with: escape + "(") {
                    blank(escape.utf8.count + 1)
                    readCode(untilClosingParenthesis: true)
                    blank(1)
                } else {
                    blank(starts(with: escape) ? escape.utf8.count + 1 : 1)
                }
            }
            blank(end.utf8.count)
        }

        private func starts(with text: String) -> Bool { code[index...].starts(with: text.utf8) }

        private mutating func blank(_ count: Int) {
            for _ in 0..<count where index < code.count {
                if code[index] != UInt8(ascii: "\n") { code[index] = UInt8(ascii: " ") }
                index += 1
            }
        }

        /// Blanks up to a byte, or to the end of the line.
        private mutating func blank(before end: Unicode.Scalar) {
            while index < code.count, code[index] != UInt8(ascii: end), code[index] != UInt8(ascii: "\n") { blank(1) }
        }
    }
}
