import Gateway
import Testing

@Suite struct RoutingTests {
    @Test(arguments: [true, false])
    func `the service that a request is signed for gets it, whosever path it has`(requiresSignatures: Bool) throws {
        let fixture = try GatewayFixture(requiresSignatures: requiresSignatures, services: ["lambda", "other"])
        try fixture.register()
        #expect(try fixture.send("POST", "/lambda/x", signedFor: "lambda").service == "lambda")
        #expect(try fixture.send("POST", "/lambda/x", signedFor: "other").service == "other")
        let object = try fixture.send("POST", "/lambda/x", signedFor: "s3")
        #expect(object.status == 501)
        #expect(object.text.contains("this request is for s3"))
    }

    @Test func `an unsigned request goes to the service of its path`() throws {
        let fixture = try GatewayFixture(requiresSignatures: false, services: ["lambda", "other"])
        #expect(try fixture.send("POST", "/lambda/x").service == "lambda")
    }

    @Test func `a server that begins to stop says so on its health page, and still answers calls`() throws {
        let fixture = try GatewayFixture(requiresSignatures: false)
        #expect(try fixture.send("GET", "/_strata/health").text.contains(#""status":"ok""#))
        fixture.gateway.beginShutdown()
        #expect(try fixture.send("GET", "/_strata/health").text.contains(#""status":"stopping""#))
        #expect(try fixture.send("POST", "/lambda/x").status == 200)
        #expect(try fixture.send("GET", "/_strata/metrics").status == 200)
    }
}
