import Testing

@testable import SignatureV4

/// A body in chunks, and the request that announces it.
struct ChunkSample {
    var kind = PayloadHash.signedChunks
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    static let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    static let scope = CredentialScope(day: "20130524", region: "us-east-1", service: "s3")
    static let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"

    /// The example of "Transferring payload in multiple chunks", S3 API reference.
    static var published: ChunkSample {
        var sample = ChunkSample()
        sample.add(65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
        sample.add(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
        sample.add(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")
        return sample
    }

    /// A chunk of so many letters a.
    mutating func add(_ count: Int, _ signature: String?) {
        let mark = signature.map { ";chunk-signature=\($0)" } ?? ""
        body += Array("\(String(count, radix: 16))\(mark)\r\n".utf8)
        body += [UInt8](repeating: UInt8(ascii: "a"), count: count) + Array("\r\n".utf8)
    }

    /// The request whose head is verified.
    private var request: SignableRequest { SignableRequest(method: "PUT", rawPath: "/", headers: headers) }

    private func signedBody() throws(SignatureFault) -> SignedBody {
        guard let date = SigningDate("20130524T000000Z") else { throw .missingToken }
        let key = SigningKey(secretAccessKey: Self.key, scope: Self.scope)
        return SignedBody(
            request, payloadHash: kind,
            chain: SignatureChain(seed: Self.seed, date: date, scope: Self.scope, key: key))
    }

    func verify() throws(SignatureFault) -> [UInt8] { try signedBody().content(of: body).bytes }

    /// The content without a look at the signatures.
    func decode() throws(SignatureFault) -> [UInt8] {
        var request = request
        request.headers.append(("x-amz-content-sha256", kind))
        return try SignedBody(unverified: request).content(of: body).bytes
    }

    /// The content and the trailing headers, when the body arrives in pieces of a length.
    func receive(piecesOf length: Int) throws(SignatureFault) -> (content: [UInt8], trailers: [ChunkStream.Trailer]) {
        var signed = try signedBody()
        var content: [UInt8] = []
        var at = 0
        while at < body.count {
            let piece = Array(body[at..<min(at + length, body.count)])
            at += piece.count
            let result = piece.withUnsafeBytes { bytes in
                Result { () throws(SignatureFault) in try signed.receive(bytes) { content += $0 } }
            }
            try result.get()
        }
        return (content, try signed.finish())
    }

    var isAccepted: Bool { (try? verify()) != nil }  // the test does not depend on the error
}

@Suite struct ChunkStreamTests {
    @Test(arguments: [1, 2, 7, 1024, 65_536, 1_000_000])
    func `a body is verified however it is cut into pieces`(length: Int) throws {
        let received = try ChunkSample.published.receive(piecesOf: length)
        #expect(received.content == [UInt8](repeating: UInt8(ascii: "a"), count: 66_560) && received.trailers == [])
        var changed = ChunkSample.published
        changed.body[66_000] ^= 1
        #expect(throws: SignatureFault.self) { try changed.receive(piecesOf: length) }
    }

    @Test func `without a key chunks are decoded, and their coding is checked`() throws {
        let sample = ChunkSample.published
        #expect(try sample.decode() == [UInt8](repeating: UInt8(ascii: "a"), count: 66_560))
        var forged = sample
        forged.body[30] ^= 1
        #expect(try forged.decode().count == 66_560)
        var shorter = sample
        shorter.body.remove(at: 5_000)
        #expect(throws: SignatureFault.self) { _ = try shorter.decode() }
    }

    @Test func `headers behind the last chunk are returned`() throws {
        let text = "3\r\nabc\r\n0\r\nx-amz-checksum-crc32: NSRBwg==\r\n\r\n"
        let sample = ChunkSample(kind: PayloadHash.unsignedChunksAndTrailer, body: Array(text.utf8))
        let received = try sample.receive(piecesOf: 5)
        #expect(received.content == Array("abc".utf8))
        #expect(received.trailers.map { [$0.name, $0.value] } == [["x-amz-checksum-crc32", "NSRBwg=="]])
    }

    @Test func `a changed, missing or additional byte anywhere is refused`() {
        let sample = ChunkSample.published
        for place in [0, 3, 30, 90, 5_000, 65_600, 65_700, 66_700, sample.body.count - 60] {
            var changed = sample
            changed.body[place] ^= 1
            #expect(!changed.isAccepted, "changed at \(place)")
            changed = sample
            changed.body.remove(at: place)
            #expect(!changed.isAccepted, "missing at \(place)")
            changed = sample
            changed.body.insert(7, at: place)
            #expect(!changed.isAccepted, "additional at \(place)")
        }
        var longer = sample
        longer.body += [0]
        #expect(!longer.isAccepted)
    }

    @Test func `chunks in another order, or too few, are refused`() {
        var swapped = ChunkSample()
        swapped.add(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
        swapped.add(65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
        swapped.add(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")
        #expect(!swapped.isAccepted)
        var unfinished = ChunkSample()
        unfinished.add(65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
        #expect(!unfinished.isAccepted)
    }

    @Test func `the decoded length must be the announced one`() {
        var sample = ChunkSample.published
        sample.headers = [("X-Amz-Decoded-Content-Length", "66560")]
        #expect(sample.isAccepted)
        sample.headers = [("X-Amz-Decoded-Content-Length", "66561")]
        #expect(!sample.isAccepted)
    }

    @Test func `unsigned chunks are joined, with trailing headers`() throws {
        var sample = ChunkSample(kind: PayloadHash.unsignedChunksAndTrailer)
        sample.add(3, nil)
        sample.add(2, nil)
        sample.body += Array("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n".utf8)
        #expect(try sample.verify() == Array("aaaaa".utf8))
    }

    @Test(arguments: ["\r\n", "\n\r\n"])
    func `headers behind signed chunks are signed too`(lineEnd: String) throws {
        let checksum = "x-amz-checksum-crc32c:sOO8/Q=="
        let end = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
        let key = SigningKey(secretAccessKey: ChunkSample.key, scope: ChunkSample.scope)
        let text =
            "AWS4-HMAC-SHA256-TRAILER\n20130524T000000Z\n\(ChunkSample.scope)\n\(end)\n"
            + PayloadHash.of(Array("\(checksum)\n".utf8))
        var sample = ChunkSample.published
        sample.kind = PayloadHash.signedChunksAndTrailer
        sample.body.removeLast(2)
        let trailer = "\(checksum)\(lineEnd)x-amz-trailer-signature:\(key.signature(of: text))\r\n\r\n"
        sample.body += Array(trailer.utf8)
        #expect(sample.isAccepted)
        let place = sample.body.count - trailer.utf8.count + 24
        sample.body[place] ^= 1
        #expect(!sample.isAccepted)
    }

    @Test(arguments: [
        "", "\r\n", "zz\r\n", "-1\r\n\r\n", "+1\r\na\r\n", "1\r\n", "1\r\na", "ffffffffffffffff\r\n", "0\r\n",
        "0\r\nx\r\n", "1\r\nab\r\n0\r\n\r\n", "0\r\n\r\nmore",
    ])
    func `what is not this coding is refused`(text: String) {
        let sample = ChunkSample(kind: PayloadHash.unsignedChunksAndTrailer, body: Array(text.utf8))
        #expect(!sample.isAccepted)
    }
}
