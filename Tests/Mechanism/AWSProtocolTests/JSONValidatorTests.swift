import CJansson
import SeededRandom
import Testing

@testable import AWSProtocol

struct JSONValidatorTests {
    private func isValid(_ text: String) -> Bool { isValid(Array(text.utf8)) }
    private func isValid(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { JSONValidator.isValid($0) } }

    @Test(arguments: [
        "{}", "[]", "0", "-0", "1.5e-3", "1E+9", "true", "false", "null", "\"\"",
        " {\"a\" : [1, {\"b\":null}] } \r\n\t",
        "\"\\u00e9\\n\\\"\\\\\\/\"", "\"é漢😀\"", "\"\\ud800\"", "{\"a\":1,\"a\":2}",
        "123456789012345678901234567890",
        "1e999",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
    ])
    func `a document of RFC 8259 is valid`(text: String) {
        #expect(isValid(text))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "'a'", "01", "1.", ".5", "-",
        "+1", "1e",
        "tru", "truee", "nul", "NaN", "Infinity", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u123\"", "\"a\nb\"",
        "\"\u{01}\"", "1 2",
        "[1 2]", "{\"a\":1 \"b\":2}", "\u{FEFF}{}", "{}x", "\"aaaaaaaaaaaaaaa\u{0B}aaaaaaaa\"", "/**/1", "[1]]",
    ])
    func `anything else is refused`(text: String) {
        #expect(!isValid(text))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF], [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func `text that is not UTF-8 is refused`(bytes: [UInt8]) {
        #expect(!isValid([0x22] + bytes + [0x22]))
        #expect(!isValid(Array("\"aaaaaaaa".utf8) + bytes + Array("aaaaaaaa\"".utf8)))
    }

    @Test func `a document may be a thousand levels deep and no deeper`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(isValid(nested(JSONValidator.depthLimit)))
        #expect(!isValid(nested(JSONValidator.depthLimit + 1)))
        #expect(!isValid(String(repeating: "[", count: 1_000_000)))
        #expect(!isValid(String(repeating: "{\"a\":", count: 1_000_000)))
    }

    @Test func `every byte is checked at every offset in a word of eight`() {
        for length in 0..<40 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                for bad in [0x00, 0x1F, 0x22, 0x5C, 0x80, 0xFF] as [UInt8] {
                    bytes[place] = bad
                    #expect(!isValid([0x22] + bytes + [0x22]), "byte \(bad) at \(place) of \(length)")
                }
                bytes[place] = 0x7F
                #expect(isValid([0x22] + bytes + [0x22]))
            }
        }
    }

    /// Jackson's words; those for the bytes that are not UTF-8 are recorded answers of Lambda.
    @Test(arguments: [
        ("{\n \"a\": x}", "Unrecognized token 'x': was expecting (\(values))", 2, 8),
        ("hello", "Unrecognized token 'hello': was expecting (\(values))", 1, 6),
        ("nul", "Unrecognized token 'nul': was expecting (\(values))", 1, 4),
        ("[1,}", "Unexpected character ('}' (code 125)): expected a valid value (\(values))", 1, 4),
        ("{a:1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", 1, 2),
        (
            "{\"a\" 1}", "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
            1, 6
        ),
        ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate entries", 1, 4),
        ("\"a\nb\"", "Unexpected character ((CTRL-CHAR, code 10))", 1, 3),
        ("{\"a\":", "Unexpected end-of-input", 1, 6),
    ])
    func `a syntax error says where and why`(text: String, words: String, line: Int, column: Int) {
        #expect(fault(Array(text.utf8)) == place(words, line, column))
    }

    @Test func `bytes that are not UTF-8 are named where they are`() {
        #expect(fault(Array("n".utf8) + [0x87, 0x72]) == place("Invalid UTF-8 start byte 0x87", 1, 3))
        #expect(
            fault([0x99, 0xEB])
                == place("Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (\(Self.values))", 1, 1))
        #expect(fault([0x22, 0x87, 0x22]) == place("Invalid UTF-8 start byte 0x87", 1, 3))
        #expect(fault(Array(String(repeating: "[", count: 2000).utf8))?.contains("nesting depth") == true)
        #expect(fault(Array("{}".utf8)) == nil)
    }

    private static let values = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"

    private func fault(_ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { JSONValidator.syntaxError(in: $0)?.description }
    }

    private func place(_ words: String, _ line: Int, _ column: Int) -> String {
        "\(words)\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: \(line), "
            + "column: \(column)]"
    }

    /// Jansson is the reference. Inputs are skipped where it is stricter than the RFC (lone surrogates, numbers out of
    /// range of C's types) or laxer (it accepts a NUL byte after a number or literal).
    @Test func `the validator agrees with Jansson on mutated documents`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let documents = [
            #"{"FunctionName":"f","Code":{"ZipFile":"UEsDBA=="},"Layers":["a","b"],"MemorySize":128,"Weight":0.5e1}"#,
            #"[null,true,false,[[],{}],{"é漢😀":"\u00e9\ud83d\ude00\n\\"}, -1.25E-3 ]"#,
        ].map { Array($0.utf8) }
        for _ in 0..<20_000 {
            let bytes = random.mutated(documents.randomElement(using: &random) ?? [])
            guard let judgement = janssonAccepts(bytes) else { continue }
            #expect(
                isValid(bytes) == judgement, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    private func janssonAccepts(_ bytes: [UInt8]) -> Bool? {
        guard !bytes.contains(0) else { return nil }
        var error = json_error_t()
        let flags = Int(JSON_DECODE_ANY) | Int(JSON_ALLOW_NUL)
        if let document = bytes.withUnsafeBytes({ json_loadb($0.baseAddress, $0.count, flags, &error) }) {
            json_delete(document)
            return true
        }
        let text = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return ["Unicode", "too big", "too large", "overflow"].contains { text.contains($0) } ? nil : false
    }
}
