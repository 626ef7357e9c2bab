import SignatureV4
import Testing

@testable import Gateway

@Suite struct BodyTests {
    private static let text = String(repeating: "0123456789", count: 60_000)

    @Test(arguments: [1_000, 64 << 20], [true, false])
    func `a body arrives whole, from memory and from the disk`(memory: Int, requiresSignatures: Bool) throws {
        let fixture = try GatewayFixture(requiresSignatures: requiresSignatures, bodies: (memory, 64 << 20))
        try fixture.register()
        for count in [65_536, 65_537, 300_000, 600_000] {
            let text = String(Self.text.prefix(count))
            let answer = try fixture.send("POST", "/lambda/echo", signedFor: "lambda", body: Array(text.utf8))
            #expect((answer.status, answer.text == text) == (200, true), "\(count)")
        }
    }

    @Test func `an account whose bodies have its share of the disk is refused, and another one is not`() throws {
        let fixture = try GatewayFixture(requiresSignatures: false, bodies: (1_000, 800_000))
        let send = { (account: String, count: Int) in
            try fixture.send(
                "POST", "/lambda/echo", signedFor: "lambda",
                by: SigningCredentials(accessKeyID: account, secretAccessKey: "secret"),
                body: [UInt8](repeating: 97, count: count)
            ).status
        }
        #expect(try send("111111111111", 300_000) == 200)
        #expect(try send("111111111111", 600_000) == 429)
        #expect(try send("222222222222", 300_000) == 200)
        // What was refused takes nothing any more.
        #expect(try send("111111111111", 300_000) == 200)
    }

    @Test func `a body whose disk is gone is refused`() throws {
        let fixture = try GatewayFixture(requiresSignatures: false, bodies: (1_000, 64 << 20))
        fixture.removeBodies()
        let body = [UInt8](repeating: 97, count: 300_000)
        #expect(try fixture.send("POST", "/lambda/echo", signedFor: "lambda", body: body).status == 503)
        #expect(try fixture.send("POST", "/lambda/echo", signedFor: "lambda", body: [97]).status == 200)
    }
}
