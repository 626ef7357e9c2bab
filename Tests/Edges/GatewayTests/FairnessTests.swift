import LinuxSystem
import SignatureV4
import Testing

@Suite struct FairnessTests {
    private static func account(_ number: String) -> SigningCredentials {
        SigningCredentials(accessKeyID: number, secretAccessKey: "secret")
    }

    @Test func `calls of one account that take long leave threads to other accounts`() throws {
        let fixture = try GatewayFixture(requiresSignatures: false, callsAtOnce: 4)
        let hostile = try (0..<8).map { _ in
            try SystemThread(name: "hostile") {
                _ = try? fixture.send(  // It is answered when the test is over.
                    "POST", "/lambda/gate", signedFor: "lambda", by: Self.account("111111111111"))
            }
        }
        for _ in 0..<2 { fixture.gate.arrivals.wait() }
        for _ in 0..<3 {
            let victim = Self.account("222222222222")
            let answer = try fixture.send("POST", "/lambda/waits", signedFor: "lambda", by: victim)
            #expect((answer.status, answer.text) == (200, "control"))
        }
        for _ in hostile { fixture.gate.departures.signal() }
        for thread in hostile { thread.join() }
    }
}
