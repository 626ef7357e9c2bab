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
}
