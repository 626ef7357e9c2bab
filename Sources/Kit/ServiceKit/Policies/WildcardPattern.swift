/// Text with `*` for any characters and `?` for any one, as conditions and actions of policies have it.
///
/// Source: "IAM JSON policy elements: Condition operators", IAM user guide.
package struct WildcardPattern: Hashable, Sendable {
    private let pattern: [UInt8]

    /// Takes a pattern as it is written.
    package init(_ pattern: some StringProtocol) {
        self.pattern = Array(pattern.utf8)
    }

    /// Whether a text is of this pattern. Takes time in proportion to the product of both lengths at most.
    package func matches(_ text: some StringProtocol) -> Bool {
        let text = Array(text.utf8)
        var position = 0
        var next = 0
        // Where the last `*` is, and what it has taken in of the text.
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

    /// Whether an ARN is like a pattern: each of the six parts between colons by itself, so that no `*` reaches over
    /// into the next part. The last part may have colons of its own.
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
