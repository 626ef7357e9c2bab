/// A pattern in which `*` matches any characters and `?` any one, as in conditions and actions of policies.
///
/// Source: "IAM JSON policy elements: Condition operators", IAM user guide.
package struct WildcardPattern: Hashable, Sendable {
    private let pattern: [UInt8]

    /// Makes a pattern from its text.
    package init(_ pattern: some StringProtocol) {
        self.pattern = Array(pattern.utf8)
    }

    /// Whether a text matches. The time is at most proportional to the product of both lengths.
    package func matches(_ text: some StringProtocol) -> Bool {
        let text = Array(text.utf8)
        var position = 0
        var next = 0
        // The position of the last `*`, and how much of the text is matched up to its end.
        var star: (at: Int, taken: Int)?
        while position < text.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                star = (next, position)
                next += 1
            } else if next < pattern.count, pattern[next] == UInt8(ascii: "?") || pattern[next] == text[position] {
                next += 1
                position += 1
            } else if let last = star {
                star = (last.at, last.taken + 1)
                next = last.at + 1
                position = last.taken + 1
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Whether an ARN matches a pattern. Each of the six parts between colons is matched by itself, so that a `*` does
    /// not extend into the next part. The last part may contain colons.
    package static func arn(_ pattern: String, matches text: String) -> Bool {
        let patterns = parts(pattern)
        let texts = parts(text)
        guard patterns.count == 6, texts.count == 6 else { return false }
        return zip(patterns, texts).allSatisfy { WildcardPattern($0).matches($1) }
    }

    private static func parts(_ arn: String) -> [Substring] {
        arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    }
}
