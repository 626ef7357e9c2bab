import Testing

@testable import AWSProtocol

struct JSONReaderTests {
    private static let text = Schema("Text", .string)
    private static let shape = Schema(
        "Shape",
        .structure([
            Schema.Member("Text", text),
            Schema.Member("Whole", Schema("Whole", .integer)),
            Schema.Member("Long", Schema("Long", .long)),
            Schema.Member("Real", Schema("Real", .double)),
            Schema.Member("Flag", Schema("Flag", .boolean)),
            Schema.Member("Bytes", Schema("Bytes", .blob, isSensitive: true)),
            Schema.Member("Moment", Schema("Moment", .timestamp(nil))),
            Schema.Member("List", Schema("List", .list({ text }))),
            Schema.Member("Map", Schema("Map", .map(key: { text }, value: { text }))),
            Schema.Member("Nested", Schema("Nested", .structure([Schema.Member("Renamed", text, wireName: "wire")]))),
        ]))

    private func read(_ json: String) throws(AWSError) -> AWSValue {
        try JSON.decode(Array(json.utf8), as: Self.shape)
    }

    private func refusal(_ json: String) -> AWSError? {
        do throws(AWSError) {
            _ = try read(json)
            return nil
        } catch {
            return error
        }
    }

    @Test func `every kind is decoded according to its schema`() throws {
        let value = try read(
            #"""
            {"Text":"é\n\ud83d\ude00","Whole":-5,"Long":9007199254740993,"Real":1,"Flag":true,"Bytes":"aGk=",
             "Moment":1.5,"List":["a",null],"Map":{"k":"v"},"Nested":{"wire":"w","unknown":[{"deep":1}]}}
            """#)
        #expect(value["Text"] == .string("é\n😀"))
        #expect(value["Whole"] == .integer(-5))
        #expect(value["Long"] == .integer(9_007_199_254_740_993))
        #expect(value["Real"] == .double(1))
        #expect(value["Flag"] == .boolean(true))
        #expect(value["Bytes"] == .blob(Array("hi".utf8)))
        #expect(value["Moment"] == .timestamp(1.5))
        #expect(value["List"] == .list([.string("a"), .null]))
        #expect(value["Map"] == .structure(["k": .string("v")]))
        #expect(value["Nested"] == .structure(["Renamed": .string("w")]))
    }

    @Test(arguments: [
        (#"{"Text":1}"#, "NUMBER_VALUE can not be converted to a String"),
        (#"{"Text":1.5}"#, "DECIMAL_VALUE can not be converted to a String"),
        (#"{"Text":true}"#, "TRUE_VALUE can not be converted to a String"),
        (#"{"Text":[]}"#, "Start of list found where not expected"),
        (#"{"Text":{}}"#, "Start of structure or map found where not expected."),
        (#"{"Whole":"1"}"#, "STRING_VALUE can not be converted to an Integer"),
        (#"{"Whole":3000000000}"#, "NUMBER_VALUE can not be converted to an Integer"),
        (#"{"Long":9223372036854775808}"#, "NUMBER_VALUE can not be converted to a Long"),
        (#"{"List":"a"}"#, "Expected list or null"),
        (#"{"Map":1}"#, "Expected map or null"),
        (#"{"Map":[]}"#, "Start of list found where not expected"),
        (#"{"Nested":false}"#, "Expected null"),
        (#"{"Bytes":"abc"}"#, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
        (#"{"Bytes":"ab!="}"#, "Invalid Base64 character"),
        (#"{"Text":"a""#, "Unexpected end-of-input"),
        (#"{"Text":"a"}}"#, "Unexpected character ('}' (code 125))"),
        (#"{"Unknown":[1,}"#, "Unexpected character ('}' (code 125))"),
        (#"{"Real":1e999}"#, "out of range"),
        ("[]", "Start of list found where not expected"),
        ("\"x\"", "Expected null"),
    ])
    func `a wrong type or malformed text is a SerializationException`(json: String, words: String) throws {
        let error = try #require(refusal(json))
        #expect(error.name == "SerializationException")
        #expect(error.status == 400)
        #expect(error.message.contains(words), "\(error.message)")
    }

    @Test func `an error does not repeat an invalid base64 text`() throws {
        let error = try #require(refusal(#"{"Bytes":"secret!!!"}"#))
        #expect(!error.message.contains("secret"))
    }

    @Test func `base64 with escaped slashes is decoded`() throws {
        #expect(try read(#"{"Bytes":"\/\/\/\/"}"#)["Bytes"] == .blob([0xFF, 0xFF, 0xFF]))
    }

    @Test func `a document may be a thousand levels deep and no deeper`() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSON.decode(nested(JSONValidator.depthLimit)) }
        #expect(throws: AWSError.self) { try JSON.decode(nested(JSONValidator.depthLimit + 1)) }
        #expect(throws: AWSError.self) { try JSON.decode(nested(1_000_000)) }
    }

    @Test func `decimals for integers are truncated, as in Java`() throws {
        #expect(try read(#"{"Whole":3.9,"Long":-1e2}"#) == .structure(["Whole": .integer(3), "Long": .integer(-100)]))
    }

    @Test func `of two members with one key the last counts`() throws {
        #expect(try read(#"{"Text":"a","Text":"b"}"#) == .structure(["Text": .string("b")]))
    }

    @Test func `a lone surrogate becomes the replacement character`() throws {
        #expect(try read(#"{"Text":"\ud800x\udc00"}"#)["Text"] == .string("\u{FFFD}x\u{FFFD}"))
        #expect(try read(#"{"Text":"\ud800\ud83d\ude00"}"#)["Text"] == .string("\u{FFFD}😀"))
    }

    @Test func `a document with too many values is refused`() throws {
        let json = "{\"List\":[" + String(repeating: "\"\",", count: JSONReader.valueLimit) + "\"\"]}"
        #expect(refusal(json)?.message.contains("values") == true)
    }

    @Test func `without a schema, values have the types of JSON`() throws {
        let value = try JSON.decode(Array(#"{"a":[1,2.5,"x",true,null],"b":99999999999999999999}"#.utf8))
        let list: AWSValue = .list([.integer(1), .double(2.5), .string("x"), .boolean(true), .null])
        #expect(value == .structure(["a": list, "b": .double(1e20)]))
    }

    @Test func `a map keeps the order of its document, and the last of equal keys`() throws {
        let value = try read(#"{"Map":{"z":"1","a":"2","z":"3","m":"4"}}"#)
        let bytes = JSON.encode(value, as: Self.shape)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"Map":{"z":"3","a":"2","m":"4"}}"#)
        #expect(value == .structure(["Map": .structure(["a": .string("2"), "m": .string("4"), "z": .string("3")])]))
    }

    @Test func `values are written in the model's order and read back the same`() throws {
        let value = AWSValue.structure([
            "Nested": .structure(["Renamed": .string("\"\\\u{01}é")]), "Text": .string("a"), "Bytes": .blob([1, 2, 3]),
            "Map": .structure(["b": .string("2"), "a": .string("1")]), "Moment": .timestamp(1_700_000_000.25),
            "Real": .double(.infinity), "List": .list([.string("x")]), "Flag": .null,
        ])
        let bytes = JSON.encode(value, as: Self.shape)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"Text":"a","Real":"Infinity","Bytes":"AQID","Moment":1700000000.25,"List":["x"],"#
                + #""Map":{"a":"1","b":"2"},"Nested":{"wire":"\"\\\u0001é"}}"#)
        var expected = value
        if case .structure(var members) = expected {
            members["Flag"] = nil
            expected = .structure(members)
        }
        #expect(try JSON.decode(bytes, as: Self.shape) == expected)
    }
}
