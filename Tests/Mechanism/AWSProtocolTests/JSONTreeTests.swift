import SeededRandom
import Testing

@testable import AWSProtocol

@Suite struct JSONTreeTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "1.50", "-0", "1e400", "123456789012345678901234567890", #""a\n""#,
        #"{"z":1,"a":null,"m":[1,{"b":2.0}]}"#,
    ])
    func `a document is written as it was read`(text: String) throws {
        #expect(String(decoding: try JSONTree(Array(text.utf8)).bytes, as: UTF8.self) == text)
    }

    @Test func `the indented form has a line for each member and element`() throws {
        let tree = try JSONTree(Array(#"{"a":[1,{"b":null}],"c":{},"d":[]}"#.utf8))
        let text = """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": {},
              "d": []
            }
            """
        #expect(String(decoding: tree.indentedBytes, as: UTF8.self) == text)
        #expect(try JSONTree(tree.indentedBytes) == tree)
    }

    @Test func `of members with the same name the last one counts`() throws {
        let tree = try JSONTree(Array(#"{"a":1,"b":2,"\u0061":3}"#.utf8))
        #expect(tree == .object([.init("a", .number("3")), .init("b", .number("2"))]))
    }

    @Test func `a tree accepts what the validator accepts`() {
        let seeds = [#"{"a": [1, -2.5e3, "x\u0041\n", {"b": null, "c": true}], "é": false}"#, "[[[]]]", " \"text\" "]
        for seed in UInt64(0)..<4_000 {
            var generator = SeededGenerator(seed: seed)
            let text = generator.mutated(Array(seeds[Int(seed) % seeds.count].utf8))
            let isValid = text.withUnsafeBytes { JSONValidator.isValid($0) }
            // Only whether it is read matters here.
            #expect(((try? JSONTree(text)) != nil) == isValid, "seed \(seed)")
        }
    }

    @Test func `nesting has the validator's limit`() {
        let depth = JSONValidator.depthLimit
        let deepest =
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        #expect(throws: Never.self) { try JSONTree(deepest) }
        #expect(throws: JSONSyntaxError.self) { try JSONTree([UInt8(ascii: "[")] + deepest + [UInt8(ascii: "]")]) }
    }
}
