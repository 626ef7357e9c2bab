@testable import SignatureV4

/// Signed requests, whose headers and queries anyone writes.
extension FuzzTarget {
    /// A request line and headers, each in a line. What is signed is verified, in every order of its parameters that
    /// the signature does not tell apart.
    static let signature = FuzzTarget("signature") { input in
        let request = request(String(decoding: input, as: UTF8.self))
        try expect(refusal(of: request)?.message.isEmpty == false, "a signature is right without its key")
        try checkOrder(of: request)
        try checkSigned(request)
    }

    private static let scope = CredentialScope(day: "20150830", region: "us-east-1", service: "lambda")
    private static let key = SigningKey(secretAccessKey: "secret", scope: scope)

    private static func refusal(of request: SignableRequest) -> SignatureFault? {
        do throws(SignatureFault) {
            _ = try SignatureClaim.read(request).verify(request, body: [], key: key)
            return nil
        } catch {
            return error
        }
    }

    private static func request(_ text: String) -> SignableRequest {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let target = (words.last ?? "").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let headers = lines.dropFirst().prefix(64).map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts.first ?? ""), value: parts.count > 1 ? String(parts[1]) : "")
        }
        return SignableRequest(
            method: String(words.first ?? ""), rawPath: String(target.first ?? ""),
            rawQuery: target.count > 1 ? String(target[1]) : "", headers: headers)
    }

    /// The order of parameters that services see is signed as the one that was sent, and is its own.
    private static func checkOrder(of request: SignableRequest) throws(FuzzFinding) {
        guard let ordered = CanonicalRequest.signedOrder(of: request.rawQuery) else { return }
        var other = request
        other.rawQuery = ordered
        let texts = [request, other].map { CanonicalRequest($0, signedHeaders: [], payloadHash: "", service: "lambda") }
        try expect(texts[0] == texts[1], "'\(ordered)' is signed as another query")
        try expect(CanonicalRequest.signedOrder(of: ordered) == nil, "'\(ordered)' is not in the signed order")
    }

    /// A request that a client signs is verified.
    private static func checkSigned(_ request: SignableRequest) throws {
        let reserved = ["authorization", "x-amz-date", "date", "x-amz-content-sha256", "x-amz-security-token", "host"]
        guard !request.rawQuery.contains("X-Amz-") else { return }
        // A name in a list of signed headers has neither separators nor white space.
        let isName: (String) -> Bool = { name in
            !name.isEmpty && name.utf8.allSatisfy { (33...126).contains($0) && !" ;,=/".utf8.contains($0) }
        }
        var signed = request
        signed.headers = request.headers.filter { isName($0.name) && !reserved.contains($0.name.lowercased()) }
        signed.headers.append(("Host", "localhost"))
        let signer = RequestSigner(
            credentials: SigningCredentials(accessKeyID: "AKID", secretAccessKey: "secret"), region: scope.region,
            service: scope.service)
        let now: Int64 = 1_440_938_160
        signed.headers += signer.sign(signed, body: [1, 2, 3], nowSeconds: now)
        let claim = try SignatureClaim.read(signed)
        try claim.check(nowSeconds: now, service: scope.service) { _ in true }
        try expect(try claim.verify(signed, body: [1, 2, 3], key: key).bytes == [1, 2, 3], "the body is another one")
    }
}
