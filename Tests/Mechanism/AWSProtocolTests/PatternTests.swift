import Testing

@testable import AWSProtocol

struct PatternTests {
    @Test func `the whole text must match, whatever alternatives the expression has`() {
        #expect(Pattern("a|ab").matches("ab"))
        #expect(!Pattern("a|ab").matches("abc"))
        #expect(!Pattern("[a-z]+").matches("abc1"))
        #expect(!Pattern("[a-z]+").matches("1abc"))
        #expect(Pattern("(x|)").matches(""))
        #expect(!Pattern("[a-z]+").matches(""))
    }

    @Test func `anchors inside an expression change nothing about the whole`() {
        #expect(Pattern("^[a-z]+$").matches("abc"))
        #expect(!Pattern("^[a-z]+$").matches("abc\n"))
        #expect(Pattern("(?!^[0-9]+$)([a-zA-Z0-9-_]+)").matches("1a"))
        #expect(!Pattern("(?!^[0-9]+$)([a-zA-Z0-9-_]+)").matches("12"))
    }

    @Test func `a dot stops at every line terminator, as in Java`() {
        #expect(Pattern(".*").matches("a b é"))
        for terminator in ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            #expect(!Pattern(".*").matches("a\(terminator)b"))
        }
        #expect(Pattern("[\\s\\S]*").matches("a\nb"))
    }

    @Test func `classes count characters, not bytes`() {
        #expect(Pattern("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*").matches("été 漢字 ١٢"))
        #expect(Pattern(".").matches("😀"))
        #expect(!Pattern("\\d").matches("١"))
    }

    @Test func `an expression that backtracks exponentially is stopped and does not match`() {
        let text = String(repeating: "a", count: 50_000) + "!"
        #expect(!Pattern("(a+)+").matches(text))
        #expect(!Pattern("(a|aa)+$").matches(text))
        #expect(!Pattern("([a-z]*)*b").matches(text))
    }

    @Test func `an expression that does not compile matches nothing`() {
        let pattern = Pattern("(")
        #expect(!pattern.isUsable)
        #expect(!pattern.matches("("))
    }

    @Test func `one expression serves many threads`() async {
        let pattern = Pattern("[a-z]+-[0-9]+")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 { group.addTask { pattern.matches("x-\(number)") && !pattern.matches("x\(number)") } }
            for await isRight in group { #expect(isRight) }
        }
    }
}
