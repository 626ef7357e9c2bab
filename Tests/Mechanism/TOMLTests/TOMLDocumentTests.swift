import Testing

@testable import TOML

@Suite struct TOMLDocumentTests {
    private func entries(_ text: String) throws -> [String: TOMLValue] {
        let pairs = try TOMLDocument(Array(text.utf8)).entries.map { ($0.path.joined(separator: "."), $0.value) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private func error(_ text: String) -> String? {
        do throws(TOMLError) {
            _ = try TOMLDocument(Array(text.utf8))
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `tables, dotted keys and comments`() throws {
        let text = """
            # A comment, with Ünïcode
            title = "top"   # another

            [server]
            host = "127.0.0.1"\r
            port = 4_566
            limits.memory = 0.5
            "quoted key" = true

            [ server . log ]
            'literal' = []
            """
        #expect(
            try entries(text) == [
                "title": .string("top"), "server.host": .string("127.0.0.1"), "server.port": .integer(4566),
                "server.limits.memory": .float(0.5), "server.quoted key": .boolean(true),
                "server.log.literal": .array([]),
            ])
    }

    @Test func `entries and headers know their place`() throws {
        let document = try TOMLDocument(Array("\n[a]\n  b = [\n1]\n".utf8))
        #expect(document.headers == [.init(path: ["a"], position: TOMLPosition(line: 2, column: 1))])
        #expect(document.entries.map(\.position) == [TOMLPosition(line: 3, column: 3)])
    }

    @Test(
        arguments: [
            ("0", .integer(0)), ("-17", .integer(-17)), ("+99", .integer(99)), ("1_000", .integer(1000)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("3.14", .float(3.14)), ("-0.0", .float(0)), ("5e+22", .float(5e22)), ("1E0_6", .float(1e6)),
            ("6.626e-34", .float(6.626e-34)), ("true", .boolean(true)), ("false", .boolean(false)),
            (#""""#, .string("")), (#""a\tb\n\"\\ é \U0001F600""#, .string("a\tb\n\"\\ é 😀")),
            (#"'C:\path "x"'"#, .string(#"C:\path "x""#)),
            (
                "[ 1, [\"a\", 2.5], # note\n true, ]",
                .array([.integer(1), .array([.string("a"), .float(2.5)]), .boolean(true)])
            ),
        ] as [(String, TOMLValue)])
    func `every supported value is read`(text: String, value: TOMLValue) throws {
        #expect(try entries("key = \(text)") == ["key": value])
    }

    @Test(arguments: [
        ("a = 1979-05-27", "line 1, column 5: dates and times are not supported; write a string"),
        ("a = 07:32:00", "line 1, column 5: dates and times are not supported; write a string"),
        ("a = {b = 1}", "line 1, column 5: inline tables ({…}) are not supported; write a [table]"),
        ("\n[[a]]", "line 2, column 1: arrays of tables ([[…]]) are not supported"),
        (#"a = """b""""#, "line 1, column 5: multi-line strings are not supported"),
        ("a = '''b'''", "line 1, column 5: multi-line strings are not supported"),
        ("a = 0xFF", "line 1, column 5: only decimal integers are supported"),
        ("a = -inf", "line 1, column 5: inf and nan are not supported"),
        ("a = nan", "line 1, column 5: inf and nan are not supported"),
    ])
    func `what is not supported is refused by its name`(text: String, message: String) {
        #expect(error(text) == message)
    }

    @Test(arguments: [
        ("a = on", "line 1, column 5: 'on' is not a value; strings need quotes"),
        ("a = 012", "line 1, column 5: numbers have no leading zeros; strings need quotes"),
        ("a = 1__0", "line 1, column 5: '1__0' is not a value; strings need quotes"),
        ("a = .5", "line 1, column 5: '.5' is not a value; strings need quotes"),
        ("a = 5.", "line 1, column 5: '5.' is not a value; strings need quotes"),
        ("a = 1e", "line 1, column 5: '1e' is not a value; strings need quotes"),
        ("a = 9223372036854775808", "line 1, column 5: the integer does not fit into 64 bits"),
        ("a = 1e999", "line 1, column 5: the float is out of range"),
        ("a =", "line 1, column 4: expected a value, not the end of the file"),
        ("a", "line 1, column 2: expected '=' after the key, not the end of the file"),
        ("= 1", "line 1, column 1: expected a key, not '='"),
        ("a. = 1", "line 1, column 4: expected a key, not '='"),
        ("a = 1 b = 2", "line 1, column 7: expected the end of the line, not 'b'"),
        ("[a", "line 1, column 3: expected ']', not the end of the file"),
        ("[a] b = 1", "line 1, column 5: expected the end of the line, not 'b'"),
        ("a = \"b\nc\"", "line 1, column 5: the string has no closing quote"),
        (#"a = "\x""#, "line 1, column 6: unknown escape; write '\\\\' for a backslash, or use single quotes"),
        (#"a = "\uD800""#, "line 1, column 6: the escape names no Unicode character"),
        ("a = \"\u{1}\"", "line 1, column 6: control characters are not allowed"),
        ("# \u{7F}", "line 1, column 3: control characters are not allowed"),
        ("a = 1\rb = 2", "line 1, column 6: expected the end of the line, not a control character"),
        ("a = [1", "line 1, column 7: expected ',' or ']', not the end of the file"),
        ("a = [1 2]", "line 1, column 8: expected ',' or ']', not '2'"),
        ("a = [,]", "line 1, column 6: expected a value, not ','"),
    ])
    func `what is not TOML is refused with its place`(text: String, message: String) {
        #expect(error(text) == message)
    }

    @Test(arguments: [
        ("a = 1\na = 2", "line 2, column 1: 'a' is defined twice"),
        ("[a]\n[b]\n[a]", "line 3, column 1: the table 'a' is defined twice"),
        ("a = 1\n[a]", "line 2, column 1: 'a' is a value, not a table"),
        ("a = 1\n[a.b]", "line 2, column 1: 'a' is a value, not a table"),
        ("a = 1\na.b = 2", "line 2, column 1: 'a' is a value, not a table"),
        ("a.b = 1\n[a]", "line 2, column 1: the table 'a' is defined twice"),
        ("[a.b]\n[a]\nb.c = 1", "line 3, column 1: the table 'a.b' is defined twice"),
    ])
    func `a name has one meaning`(text: String, message: String) {
        #expect(error(text) == message)
    }

    @Test func `a table may follow a table below it, and dotted keys share a table`() throws {
        #expect(try entries("[a.b]\nc = 1\n[a]\nd = 2").count == 2)
        #expect(try entries("a.b = 1\na.c = 2").count == 2)
    }

    @Test func `depth is limited`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(error("a = \(deep)")?.hasSuffix("arrays are nested too deeply") == true)
        let long = Array(repeating: "k", count: 17).joined(separator: ".")
        #expect(error("\(long) = 1")?.hasSuffix("the key has too many parts") == true)
    }

    @Test func `bytes that are not UTF-8 are refused with their line`() {
        #expect(throws: TOMLError(position: TOMLPosition(line: 2, column: 1), message: "the line is not UTF-8")) {
            try TOMLDocument(Array("a = 1\nb = '".utf8) + [0xFF])
        }
    }
}
