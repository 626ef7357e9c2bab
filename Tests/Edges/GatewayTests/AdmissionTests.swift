import Catalog
import SignatureV4
import Testing

@Suite struct AdmissionTests {
    @Test(arguments: [true, false])
    func `keys are read on the work queue, after which serving threads use memory`(requiresSignatures: Bool) throws {
        let fixture = try GatewayFixture(requiresSignatures: requiresSignatures)
        let invoke = { try fixture.send("POST", "/lambda/x", signedFor: "lambda") }
        try fixture.register()
        for _ in 0..<2 {
            let first = try invoke()
            #expect((first.status, first.text) == (200, "keys"))
            let second = try invoke()
            #expect(second.status == 200)
            #expect(second.text != "keys")
            // Any commit to the catalogue may have changed the keys.
            try fixture.register(SigningCredentials(accessKeyID: "AKIAB", secretAccessKey: "x"))
            _ = try fixture.catalog.deleteCredential("AKIAB")
        }
    }

    @Test func `a key is known from the commit that adds it to the commit that deletes it`() throws {
        let fixture = try GatewayFixture(requiresSignatures: true)
        let invoke = { try fixture.send("POST", "/lambda/x", signedFor: "lambda").status }
        for _ in 0..<3 {
            #expect(try invoke() == 403)
            try fixture.register()
            #expect(try invoke() == 200)
            #expect(try invoke() == 200)
            _ = try fixture.catalog.deleteCredential(GatewayFixture.key.accessKeyID)
        }
    }
}
