/// A place in the repository that breaks a rule.
struct Violation: Equatable, CustomStringConvertible {
    /// The file.
    let path: String
    /// The line, from 1; `nil` where the rule is about the file as a whole.
    var line: Int?
    /// What is wrong, and what to do.
    let message: String

    init(_ file: SourceTree.File, _ line: Int? = nil, _ message: String) {
        path = file.path
        self.line = line
        self.message = message
    }

    /// How a failed test shows it: `path:line: message`.
    var description: String { line.map { "\(path):\($0): \(message)" } ?? "\(path): \(message)" }
}

extension SourceTree.File {
    /// Violations on the lines of code that a rule has something to say about.
    func inCode(_ rule: (Substring) -> String?) -> [Violation] { violations(code, rule) }

    /// Violations on the lines of text, comments and strings included.
    func inText(_ rule: (Substring) -> String?) -> [Violation] { violations(lines, rule) }

    private func violations(_ lines: [Substring], _ rule: (Substring) -> String?) -> [Violation] {
        lines.enumerated().compactMap { index, line in rule(line).map { Violation(self, index + 1, $0) } }
    }
}
