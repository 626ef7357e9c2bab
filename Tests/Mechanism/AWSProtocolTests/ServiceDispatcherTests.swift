import Testing

@testable import AWSProtocol

struct ServiceDispatcherTests {
    private struct Greeting: AWSStructure {
        var name: String?
        static let schema = Schema(
            "Greeting", .structure([Schema.Member("Name", Schema("Name", .string, maximum: 5), in: .label)]))
        init(awsValue: AWSValue) { name = MemberValues(awsValue)("Name") }
        var awsValue: AWSValue {
            var members = MemberValues()
            members.set("Name", name)
            return members.awsValue
        }
    }

    private static let greet = AWSOperation<Greeting, NoMembers>(
        "Greet", method: "POST", uri: "/greet/{Name}", status: 204)
    private static let leave = AWSOperation<NoMembers, NoMembers>("Leave", method: "POST", uri: "/leave", status: 200)

    private func respond(_ method: String, _ path: String) -> AWSResponse {
        let model = ServiceModel(
            name: "lobby", apiVersion: "1", operations: [Self.greet.descriptor, Self.leave.descriptor], errors: [])
        var dispatcher = ServiceDispatcher<String>(model)
        dispatcher.handle(Self.greet) { (input, context) throws(AWSError) in
            guard input.name == context else { throw AWSError("Stranger", status: 409, message: input.name ?? "") }
            return NoMembers()
        }
        #expect(dispatcher.handledOperations == ["Greet"])
        return dispatcher.respond(to: AWSRequest(method: method, rawPath: path), context: "ann")
    }

    @Test func `a request reaches its handler with its input and context`() {
        #expect(respond("POST", "/greet/ann") == AWSResponse(status: 204))
    }

    @Test func `an error that a handler throws is the response`() {
        let response = respond("POST", "/greet/bob")
        #expect(response.status == 409)
        #expect(response.header("x-amzn-errortype") == "Stranger")
    }

    @Test func `an input that violates a constraint does not reach its handler`() {
        let response = respond("POST", "/greet/barbara")
        #expect(response.status == 400)
        #expect(response.header("x-amzn-errortype") == "ValidationException")
    }

    @Test func `an operation without a handler is answered with a 501 that names it`() {
        let response = respond("POST", "/leave")
        #expect(response.status == 501)
        #expect(response.header("x-amzn-errortype") == "NotImplementedException")
        #expect(
            response.body == Array(#"{"Type":"Server","message":"Strata does not implement lobby:Leave yet."}"#.utf8))
    }

    @Test(arguments: [("GET", "/nowhere", 404), ("GET", "/leave", 405), ("GET", "/%zz", 400)])
    func `a request without an operation gets an error in AWS's format`(method: String, path: String, status: Int) {
        let response = respond(method, path)
        #expect(response.status == status)
        #expect(response.header("x-amzn-errortype") != nil)
        #expect(response.header("content-type") == "application/json")
    }
}
