import Testing

@testable import Digest

@Suite struct DigestTests {
    @Test func `the digest of the empty message is that of FIPS 180-4`() {
        let digest = SHA256Digest(hashing: [])
        #expect(digest.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(digest.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(SHA256Digest(hex: digest.hex) == digest)
    }

    @Test func `the digest of pieces is that of the whole`() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: 777) {
            Array(bytes[start..<min(start + 777, bytes.count)]).withUnsafeBytes { hasher.update($0) }
        }
        #expect(hasher.finalize() == SHA256Digest(hashing: bytes))
    }

    @Test(arguments: 0..<100)
    func `decoding base64 restores the encoded bytes`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }

    @Test(arguments: [
        "A", "AA", "AAA", "A===", "====", "AA=A", "AAAA====", " AAA", "AAA\n", "AA\nA", "AAAA\n\n\n\n", "!AAA", "é=",
        "AAA=AAAA",
    ])
    func `a text that is not base64 is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["", "00", String(repeating: "g", count: 64), String(repeating: "A", count: 64)])
    func `what is not a digest is refused`(hex: String) {
        #expect(SHA256Digest(hex: hex) == nil)
    }

    @Test func `a message authentication code is that of RFC 4231`() {
        let code = HMACSHA256.code(for: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(
            SHA256Digest(bytes: code)?.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(HMACSHA256.areEqual(code, code))
        #expect(!HMACSHA256.areEqual(code, code.reversed()))
        #expect(!HMACSHA256.areEqual(code, []))
    }
}
