import SeededRandom
import Testing

@testable import AWSProtocol

/// One small service in every protocol: how each finds the operation, and what its answers and errors look like. AWS's
/// own tests of the protocols are in Tests/Contract/test_wire_protocols.py.
struct WireProtocolTests {
    private static func text(_ head: String) -> String {
        """
        service lobby name=lobby version=2026-01-02 target=Lobby \(head)
        operation Greet method=POST uri=/greet/{Name} input=GreetRequest output=Greeting errors=Gone
        operation Leave method=POST uri=/leave
        others lobby Sleep
        structure GreetRequest
         Name Text required
         Words Words
        structure Greeting
         Text Text
        error Gone status=410 message=message query=Lobby.Gone
         message Text
         Since Moment
        string Text max=5
        list Words Text
        timestamp Moment
        """
    }

    private func respond(_ head: String, to request: AWSRequest) -> AWSResponse {
        let library = ModelLibrary(reading: Self.text(head))
        var dispatcher = ServiceDispatcher<Void>(ServiceModel(library))
        dispatcher.handle(AWSOperation<Anything, Anything>("Greet", in: library)) { input, _ throws(AWSError) in
            guard input.awsValue["Name"] != .string("gone") else {
                throw AWSError(library.error("Gone"), "It left", details: ["Since": .timestamp(5)])
            }
            return Anything(awsValue: .structure(["Text": input.awsValue["Name"] ?? .null]))
        }
        dispatcher.handle(AWSOperation<Anything, Anything>("Leave", in: library)) { _, _ throws(AWSError) in
            Anything(awsValue: .structure([:]))
        }
        return dispatcher.respond(to: request, context: ())
    }

    private func json(_ target: String?, _ body: String) -> AWSRequest {
        let headers = target.map { [AWSHeader("x-amz-target", $0)] } ?? []
        return AWSRequest(method: "POST", rawPath: "/", headers: headers, body: Array(body.utf8))
    }

    private func form(_ text: String) -> AWSRequest {
        AWSRequest(
            method: "POST", rawPath: "/",
            headers: [AWSHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Array(text.utf8), requestID: "id-1")
    }

    private func cbor(_ operation: String, _ value: [String: AWSValue]) -> AWSRequest {
        AWSRequest(
            method: "POST", rawPath: "/service/Lobby/operation/\(operation)",
            headers: [AWSHeader("smithy-protocol", "rpc-v2-cbor")],
            body: CBOR.encode(
                .structure(value),
                as: Schema("Map", .structure(value.keys.map { Schema.Member($0, Schema("Text", .string)) }))))
    }

    private func text(_ response: AWSResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test func `json - the target names the operation`() {
        let response = respond("protocols=json json=1.1", to: json("Lobby.Greet", #"{"Name":"ann"}"#))
        #expect(response.status == 200 && text(response) == #"{"Text":"ann"}"#)
        #expect(response.header("Content-Type") == "application/x-amz-json-1.1")
    }

    @Test func `json - an operation without an output is answered with nothing`() {
        #expect(respond("protocols=json", to: json("Lobby.Leave", "{}")).body == [])
    }

    @Test(
        arguments: [
            (nil, "{}", 400, "UnknownOperationException"), ("Lobby", "{}", 400, "UnknownOperationException"),
            ("Other.Greet", "{}", 400, "UnknownOperationException"),
            ("Lobby.Nod", "{}", 400, "UnknownOperationException"),
            ("Lobby.Sleep", "{}", 501, "NotImplementedException"), ("Lobby.Greet", "{", 400, "SerializationException"),
            ("Lobby.Greet", "[]", 400, "SerializationException"),
            ("Lobby.Greet", "null", 400, "SerializationException"),
            ("Lobby.Greet", #"{"Name":1}"#, 400, "SerializationException"),
            ("Lobby.Greet", "", 400, "ValidationException"),
            ("Lobby.Greet", #"{"Name":"barbara"}"#, 400, "ValidationException"),
        ] as [(String?, String, Int, String)])
    func `json - what cannot be called gets AWS's error`(target: String?, body: String, status: Int, name: String) {
        let response = respond("protocols=json", to: json(target, body))
        #expect(response.status == status && text(response).hasPrefix(#"{"__type":"\#(name)","message":""#))
    }

    @Test func `json - an error has its type, its members, and its name of former days`() {
        let gone = json("Lobby.Greet", #"{"Name":"gone"}"#)
        let response = respond("protocols=json querycompatible errors=com.lobby", to: gone)
        #expect(response.status == 410)
        #expect(text(response) == #"{"__type":"com.lobby#Gone","message":"It left","Since":5}"#)
        #expect(response.header("x-amzn-query-error") == "Lobby.Gone;Sender")
        let invalid = respond("protocols=json errors=com.lobby", to: json("Lobby.Greet", "{}"))
        #expect(text(invalid).hasPrefix(#"{"__type":"com.amazon.coral.validate#ValidationException""#))
    }

    @Test func `cbor - the path names the operation`() throws {
        let response = respond("protocols=smithy-rpc-v2-cbor", to: cbor("Greet", ["Name": .string("ann")]))
        #expect(response.status == 200 && response.header("smithy-protocol") == "rpc-v2-cbor")
        #expect(response.body == [0xA1, 0x64] + Array("Text".utf8) + [0x63] + Array("ann".utf8))
        let unknown = respond("protocols=smithy-rpc-v2-cbor", to: cbor("Nod", [:]))
        #expect(unknown.status == 404 && text(unknown).contains("UnknownOperationException"))
    }

    @Test func `ec2 - names have a capital, and members are next to the request's id`() {
        let head = "protocols=ec2 namespace=https://lobby/"
        let response = respond(head, to: form("Action=Greet&Version=2026-01-02&Name=ann&Words.1=a&Words.2=b"))
        #expect(
            text(response) == #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
                + #"<GreetResponse xmlns="https://lobby/"><requestId>id-1</requestId><Text>ann</Text></GreetResponse>"#)
        let gone = respond(head, to: form("Action=Greet&Version=2026-01-02&Name=gone"))
        #expect(
            text(gone).hasSuffix(
                "<Response><Errors><Error><Code>Gone</Code><Message>It left</Message>"
                    + "<Since>1970-01-01T00:00:05Z</Since></Error></Errors><RequestID>id-1</RequestID></Response>"))
    }

    @Test func `rest-xml - errors are wrapped, except those of S3's form`() {
        let request = AWSRequest(method: "GET", rawPath: "/nowhere", requestID: "id-1")
        #expect(text(respond("protocols=rest-xml", to: request)).contains("<ErrorResponse><Error><Type>Sender</Type>"))
        let bare = text(respond("protocols=rest-xml bareerrors", to: request))
        #expect(bare.contains("\n<Error><Code>UnknownOperationException</Code>"))
        #expect(bare.hasSuffix("<RequestId>id-1</RequestId></Error>"))
    }

    @Test func `a service speaks all of its protocols, by the form of the request`() {
        let head = "protocols=smithy-rpc-v2-cbor,json,query namespace=https://lobby/ json=1.0"
        let query = respond(head, to: form("Action=Greet&Version=2026-01-02&Name=gone"))
        #expect(query.header("Content-Type") == "text/xml" && text(query).contains("<Code>Lobby.Gone</Code>"))
        let json = respond(head, to: json("Lobby.Greet", #"{"Name":"gone"}"#))
        #expect(json.header("Content-Type") == "application/x-amz-json-1.0")
        #expect(respond(head, to: cbor("Greet", [:])).header("Content-Type") == "application/cbor")
        #expect(respond(head, to: AWSRequest(method: "GET", rawPath: "/")).header("smithy-protocol") == "rpc-v2-cbor")
    }

    @Test(arguments: [
        ("sqs", RequestForm.json(version: "1.0"), "application/x-amz-json-1.0", #"{"__type":"Nope""#),
        ("monitoring", .cbor, "application/cbor", "\u{FFFD}f__type"), ("sns", .rest, "text/xml", "<ErrorResponse>"),
        ("sqs", .form, "text/xml", "<ErrorResponse>"), ("ec2", .form, "text/xml;charset=UTF-8", "<?xml"),
        ("s3", .rest, "application/xml", "<?xml"), ("apigateway", .rest, "application/json", #"{"message":"m"}"#),
    ])
    func `an error for a service without a model has the form of its request`(
        name: String, form: RequestForm, type: String, start: String
    ) {
        let error = AWSError("Nope", status: 501, message: "m")
        let response = ServiceProtocols.format(of: name, for: form).answer(error, requestID: "id-1")
        #expect(response.status == 501 && response.header("Content-Type") == type)
        #expect(text(response).hasPrefix(start))
    }

    @Test func `no form can do worse than an error`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let body = Array("Action=Greet&Version=2026-01-02&Name=ann&Words.1=a&Words.2=b".utf8)
        for _ in 0..<2_000 {
            var request = form("")
            request.body = random.mutated(body)
            let response = respond("protocols=ec2 namespace=urn:l", to: request)
            #expect(throws: Never.self, "seed \(seed)") { try XMLReader.read(response.body) }
        }
    }
}

/// A structure of any schema.
private struct Anything: AWSStructure {
    static let schema = NoMembers.schema
    let awsValue: AWSValue

    init(awsValue: AWSValue) {
        self.awsValue = awsValue
    }
}
