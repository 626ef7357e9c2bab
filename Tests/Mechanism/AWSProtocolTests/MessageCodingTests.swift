import Testing

@testable import AWSProtocol

struct MessageCodingTests {
    private static let text = Schema("Text", .string)
    private static let input = Schema(
        "Input",
        .structure([
            Schema.Member("Name", text, in: .label, isRequired: true),
            Schema.Member("Version", Schema("Long", .long), in: .label),
            Schema.Member("Limit", Schema("Limit", .integer), wireName: "max", in: .query),
            Schema.Member("Keys", Schema("Keys", .list({ text })), in: .query),
            Schema.Member("After", Schema("Date", .timestamp(nil)), in: .query),
            Schema.Member("Dry", Schema("Flag", .boolean), wireName: "X-Dry", in: .header),
            Schema.Member(
                "Meta", Schema("Meta", .map(key: { text }, value: { text })), wireName: "X-Meta-", in: .prefixHeaders),
            Schema.Member("Description", text),
        ]))
    private static let raw = Schema(
        "Raw",
        .structure([
            Schema.Member("Payload", Schema("Bytes", .blob), in: .payload),
            Schema.Member("Status", Schema("Status", .integer), in: .statusCode),
            Schema.Member("Kind", text, wireName: "X-Kind", in: .header),
            Schema.Member("When", Schema("Date", .timestamp(nil)), wireName: "X-When", in: .header),
        ]))

    private func decode(
        _ query: String = "", headers: [AWSHeader] = [], body: String = "", labels: [String: String] = ["Name": "n"],
        as schema: Schema = input
    ) throws(AWSError) -> AWSValue {
        let request = AWSRequest(
            method: "POST", rawPath: "/", rawQuery: query, headers: headers, body: Array(body.utf8))
        return try RequestDecoder.decode(request, labels: labels, as: schema)
    }

    @Test func `an input is decoded from path, query, headers and body`() throws {
        let value = try decode(
            "max=7&Keys=a%20b&Keys=c+d&After=2026-01-31T00:00:00Z",
            headers: [AWSHeader("x-dry", "true"), AWSHeader("x-meta-Colour", "red")], body: #"{"Description":"d"}"#,
            labels: ["Name": "n", "Version": "3"])
        #expect(
            value
                == .structure([
                    "Name": .string("n"), "Version": .integer(3), "Limit": .integer(7),
                    "Keys": .list([.string("a b"), .string("c d")]), "After": .timestamp(1_769_817_600),
                    "Dry": .boolean(true), "Meta": .structure(["Colour": .string("red")]), "Description": .string("d"),
                ]))
    }

    @Test func `members of the path, query and headers cannot come from the body`() throws {
        let value = try decode(body: #"{"Name":"other","Limit":9,"max":9,"Description":null}"#)
        #expect(value["Name"] == .string("n"))
        #expect(value["Limit"] == nil)
    }

    @Test(arguments: ["max=x", "max=3000000000", "max=", "After=yesterday", "max=%zz"])
    func `a parameter of the wrong type is refused`(query: String) {
        #expect(throws: AWSError.self) { try decode(query) }
    }

    @Test func `a payload is taken as it is`() throws {
        #expect(try decode(body: "not { json", as: Self.raw)["Payload"] == .blob(Array("not { json".utf8)))
        #expect(try decode(as: Self.raw)["Payload"] == nil)
    }

    @Test func `an output is encoded as status, headers and body`() {
        let value = AWSValue.structure([
            "Payload": .blob([1, 2]), "Status": .integer(202), "Kind": .string("a\r\nX-Evil: 1"),
            "When": .timestamp(784_111_777),
        ])
        let response = ResponseEncoder.encode(value, as: Self.raw, status: 200)
        #expect(response.status == 202)
        #expect(response.body == [1, 2])
        #expect(response.header("x-kind") == "a  X-Evil: 1")
        #expect(response.header("X-When") == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(response.header("Content-Type") == "application/octet-stream")
    }

    @Test func `an output without payload is JSON, except for a status without content`() {
        let schema = Schema("Output", .structure([Schema.Member("Name", Self.text)]))
        let response = ResponseEncoder.encode(.structure(["Name": .string("n")]), as: schema, status: 201)
        #expect(response.status == 201)
        #expect(response.body == Array(#"{"Name":"n"}"#.utf8))
        #expect(response.header("content-type") == "application/json")
        #expect(ResponseEncoder.encode(.structure([:]), as: schema, status: 204) == AWSResponse(status: 204))
        #expect(ResponseEncoder.encode(.structure([:]), as: schema, status: 200).body == Array("{}".utf8))
    }

    @Test func `an error carries its name in a header and its message in the body`() {
        let shape = ErrorShape("TooManyRequestsException", status: 429, messageKey: "message", fault: .user)
        let error = AWSError(
            shape, "Rate Exceeded.", details: ["Reason": .string("CallerRateLimitExceeded")], retryAfterSeconds: 1)
        let response = error.response
        #expect(response.status == 429)
        #expect(response.header("X-Amzn-ErrorType") == "TooManyRequestsException")
        #expect(response.header("Retry-After") == "1")
        #expect(
            response.body
                == Array(#"{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded."}"#.utf8))
        #expect(AWSError.validation("no").response.body == Array(#"{"message":"no"}"#.utf8))
    }
}
