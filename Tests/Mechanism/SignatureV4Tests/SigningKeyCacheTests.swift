import Testing

@testable import SignatureV4

@Suite struct SigningKeyCacheTests {
    private func scope(_ day: Int) -> CredentialScope {
        CredentialScope(day: String(day), region: "eu-west-1", service: "lambda")
    }

    @Test func `a cached key equals a derived one`() {
        let cache = SigningKeyCache()
        for _ in 0..<2 {
            let key = cache.key(secretAccessKey: "s", scope: scope(1))
            #expect(key == SigningKey(secretAccessKey: "s", scope: scope(1)))
        }
    }

    @Test func `another secret and another scope have other keys`() {
        let cache = SigningKeyCache()
        let keys = [("s", 1), ("t", 1), ("s", 2)].map { cache.key(secretAccessKey: $0.0, scope: scope($0.1)) }
        #expect(Set(keys).count == 3)
    }

    @Test func `more keys than the cache holds are correct`() {
        let cache = SigningKeyCache()
        for day in 0..<3_000 { _ = cache.key(secretAccessKey: "s", scope: scope(day)) }
        #expect(cache.key(secretAccessKey: "s", scope: scope(7)) == SigningKey(secretAccessKey: "s", scope: scope(7)))
        #expect(cache.count <= 1024)
    }
}
