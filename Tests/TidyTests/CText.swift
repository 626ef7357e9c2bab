/// C as it is formatted here: a function's body ends with a brace that stands first on its line.
enum CText {
    /// The functions in the lines of a C file.
    static func functions(_ lines: [Substring]) -> [SwiftText.Function] {
        var start: Int?
        return lines.indices.compactMap { index in
            let line = lines[index]
            if line.first?.isLetter ?? false, line.contains("("), !line.hasSuffix(";") { start = index }
            guard line.hasPrefix("}"), let first = start else { return nil }
            start = nil
            return SwiftText.Function(line: first, lineCount: index - first + 1)
        }
    }
}
