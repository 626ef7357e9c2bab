import Testing

@testable import AWSProtocol

struct QueryProtocolTests {
    private static let text = Schema("Text", .string, maximum: 5)
    private static let tag = Schema(
        "Tag", .structure([Schema.Member("Key", text, isRequired: true), Schema.Member("Value", text)]))
    private static let input = Schema(
        "Input",
        .structure([
            Schema.Member("Name", text, isRequired: true), Schema.Member("Count", Schema("Count", .integer)),
            Schema.Member("Flag", Schema("Flag", .boolean)), Schema.Member("When", Schema("When", .timestamp(nil))),
            Schema.Member("Bytes", Schema("Bytes", .blob), wireName: "Blob"),
            Schema.Member("Tags", Schema("Tags", .list { tag })),
            Schema.Member("Keys", Schema("Keys", .list { text }, isFlattened: true)),
            Schema.Member("Map", Schema("Map", .map(key: { text }, value: { text }))),
            Schema.Member("Flat", Schema("Flat", .map(key: { text }, value: { text }), isFlattened: true)),
        ]))
    private static let describe = OperationDescriptor(
        "Describe", method: "POST", uri: "/", status: 200, input: input, output: input)
    private static let forget = OperationDescriptor(
        "Forget", method: "POST", uri: "/", status: 200, input: NoMembers.schema, output: NoMembers.schema)

    private let wire = QueryProtocol(
        ServiceModel(
            name: "lobby", apiVersion: "1", operations: [describe, forget], errors: [], otherOperations: ["Greet"]),
        namespace: "urn:lobby")

    private func decode(
        _ form: String, query: String = "", prefix: String = "Action=Describe&Version=1&"
    ) throws(AWSError) -> AWSValue {
        let request = AWSRequest(
            method: "POST", rawPath: "/", rawQuery: query, body: Array((prefix + form).utf8), requestID: "id")
        return try wire.input(of: try wire.call(in: request))
    }

    private func refused(_ form: String, prefix: String = "Action=Describe&Version=1&") -> AWSError? {
        do throws(AWSError) {
            _ = try decode(form, prefix: prefix)
            return nil
        } catch {
            return error
        }
    }

    @Test func `an input is decoded from the names of parameters`() throws {
        let value = try decode(
            "Name=a+b%C3%A9&Count=-7&Flag=true&When=2026-01-31T00%3A00%3A00Z&Blob=AAE%3D"
                + "&Tags.member.2.Key=two&Tags.member.10.Key=ten&Tags.member.1.Key=one&Tags.member.1.Value="
                + "&Keys.1=x&Keys.2=y&Map.entry.1.key=k&Map.entry.1.value=v&Flat.1.key=f&Flat.1.value=w")
        #expect(
            value
                == .structure([
                    "Name": .string("a bé"), "Count": .integer(-7), "Flag": .boolean(true),
                    "When": .timestamp(1_769_817_600), "Bytes": .blob([0, 1]),
                    "Tags": .list([
                        .structure(["Key": .string("one"), "Value": .string("")]), .structure(["Key": .string("two")]),
                        .structure(["Key": .string("ten")]),
                    ]),
                    "Keys": .list([.string("x"), .string("y")]), "Map": .structure(["k": .string("v")]),
                    "Flat": .structure(["f": .string("w")]),
                ]))
    }

    @Test func `parameters may be in the query, and the first of a name counts`() throws {
        #expect(
            try decode("", query: "Action=Describe&Version=1&Name=a&Name=b", prefix: "")
                == .structure(["Name": .string("a")])
        )
    }

    @Test func `an empty list is a parameter without a value`() throws {
        #expect(
            try decode("Name=n&Tags=&Keys=")
                == .structure(["Name": .string("n"), "Tags": .list([]), "Keys": .list([])]))
    }

    @Test(arguments: [
        "Count=x", "Count=3000000000", "Flag=yes", "When=today", "Blob=%25", "Name.member.1=x", "Tags.member.1=x",
        "Tags=x",
        "Map=x", "Map.entry.1.value=x", "Count=",
    ])
    func `a parameter of the wrong kind is refused`(form: String) throws {
        let error = try #require(refused("Name=n&" + form))
        #expect(error.name == "MalformedInput")
        #expect(error.status == 400)
    }

    @Test func `a violated constraint is reported with the messages of query services`() throws {
        let error = try #require(refused("Tags.member.1.Key=longer"))
        #expect(error.name == "ValidationError")
        #expect(
            error.message
                == "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not "
                + "be null; Value 'longer' at 'tags.1.member.key' failed to satisfy constraint: Member must have "
                + "length less than or equal to 5")
    }

    @Test func `a service may omit values from its messages`() {
        let words = Validator.violations(
            of: .structure(["Name": .string("longer")]), by: Self.input, showsValues: false)
        #expect(
            words == ["Value at 'name' failed to satisfy constraint: Member must have length less than or equal to 5"])
    }

    @Test func `an operation is found by its name and version`() throws {
        #expect(refused("", prefix: "")?.name == "MissingAction")
        #expect(refused("", prefix: "Version=1")?.name == "MissingAction")
        let unknown = try #require(refused("", prefix: "Action=Nothing&Version=1"))
        #expect((unknown.name, unknown.status) == ("InvalidAction", 400))
        #expect(unknown.message == "Could not find operation Nothing for version 1")
        #expect(
            refused("", prefix: "Action=Describe&Version=2")?.message
                == "Could not find operation Describe for version 2")
        #expect(
            refused("", prefix: "Action=Describe")?.message
                == "Could not find operation Describe for version NO_VERSION_SPECIFIED")
    }

    @Test func `an operation that the model only names is answered with a 501 that names it`() throws {
        let error = try #require(refused("", prefix: "Action=Greet&Version=1"))
        #expect((error.name, error.status) == ("NotImplementedException", 501))
        #expect(error.message == "Strata does not implement lobby:Greet yet.")
    }

    @Test func `forms are bounded and must be UTF-8`() throws {
        #expect(refused("Name=%zz")?.name == "MalformedQueryString")
        #expect(refused("Name=%ff")?.name == "MalformedQueryString")
        #expect(refused(String(repeating: "a&", count: QueryForm.parameterLimit))?.name == "MalformedInput")
        #expect(refused(String(repeating: "a.", count: 100_000) + "=1")?.name == "MalformedInput")
        let raw = AWSRequest(method: "POST", rawPath: "/", body: [0x41, 0xFF])
        #expect(throws: AWSError.malformedQueryString) { _ = try wire.call(in: raw) }
    }

    @Test func `a response is XML in the model's order, and preserves any text`() throws {
        let output = AWSValue.structure([
            "Name": .string("<a&\"b'>\r\n\u{1}😀"), "Flag": .boolean(false), "Bytes": .blob([0, 1]),
            "When": .timestamp(1_769_817_600), "Tags": .list([.structure(["Key": .string("k")])]),
            "Keys": .list([.string("x"), .string("y")]), "Map": .structure(["k": .string("v")]),
            "Flat": .structure(["b": .string("2"), "a": .string("1")]),
        ])
        let request = AWSRequest(
            method: "POST", rawPath: "/", body: Array("Action=Describe&Version=1".utf8), requestID: "id")
        let response = wire.answer(output, to: try wire.call(in: request))
        #expect(response.status == 200)
        #expect(response.header("content-type") == "text/xml")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == "<DescribeResponse xmlns=\"urn:lobby\"><DescribeResult>"
                + "<Name>&lt;a&amp;&quot;b'&gt;&#xD;\n\u{FFFD}😀</Name><Flag>false</Flag>"
                + "<When>2026-01-31T00:00:00Z</When><Blob>AAE=</Blob>"
                + "<Tags><member><Key>k</Key></member></Tags><Keys>x</Keys><Keys>y</Keys>"
                + "<Map><entry><key>k</key><value>v</value></entry></Map>"
                + "<Flat><key>a</key><value>1</value></Flat><Flat><key>b</key><value>2</value></Flat>"
                + "</DescribeResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DescribeResponse>")
    }

    @Test func `an operation without an output has no result`() throws {
        let request = AWSRequest(method: "POST", rawPath: "/", rawQuery: "Action=Forget&Version=1", requestID: "id")
        let response = wire.answer(.structure([:]), to: try wire.call(in: request))
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == "<ForgetResponse xmlns=\"urn:lobby\"><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>"
                + "</ForgetResponse>")
    }

    @Test(arguments: [(400, "Sender"), (404, "Sender"), (500, "Receiver"), (501, "Receiver")])
    func `an error says who is at fault`(status: Int, type: String) {
        let response = wire.answer(AWSError("NoSuchThing", status: status, message: "<gone>"), requestID: "id")
        #expect(response.status == status)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == "<ErrorResponse xmlns=\"urn:lobby\"><Error><Type>\(type)</Type><Code>NoSuchThing</Code>"
                + "<Message>&lt;gone&gt;</Message></Error><RequestId>id</RequestId></ErrorResponse>")
    }
}
