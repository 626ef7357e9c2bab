internal import Digest

extension SignatureClaim {
    /// Checks what needs no secret: time and scope of the claim.
    ///
    /// - Parameters:
    ///   - nowSeconds: seconds since 1970.
    ///   - service: the signing name of the service addressed; `nil` when only the claim's scope determines it.
    ///   - isRegion: whether a name is a valid region.
    public func check(
        nowSeconds: Int64, service: String?, isRegion: (String) -> Bool
    ) throws(SignatureFault) {
        try checkTime(nowSeconds)
        var faults: [String] = []
        if !isRegion(scope.region) {
            faults.append("Credential should be scoped to a valid region, not '\(scope.region)'. ")
        }
        if let service, scope.service != service {
            faults.append("Credential should be scoped to correct service: '\(service)'. ")
        }
        if credential[4] != CredentialScope.terminator {
            faults.append(
                "Credential should be scoped with a valid terminator: '\(CredentialScope.terminator)', not "
                    + "'\(credential[4])'. ")
        }
        if scope.day != date.day {
            faults.append(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'\(scope.day)' != '\(date.day)', from '\(date)'. ")
        }
        guard faults.isEmpty else { throw .mismatch(faults.joined()) }
    }

    private func checkTime(_ nowSeconds: Int64) throws(SignatureFault) {
        let now = SigningDate(secondsSinceEpoch: nowSeconds)
        let lifetime = if case .query(let seconds) = form { seconds } else { Self.clockSkewSeconds }
        let earliest = SigningDate(secondsSinceEpoch: nowSeconds - lifetime)
        let latest = SigningDate(secondsSinceEpoch: nowSeconds + Self.clockSkewSeconds)
        if date.secondsSinceEpoch < earliest.secondsSinceEpoch {
            throw .mismatch(
                "Signature expired: \(date) is now earlier than \(earliest) (\(now) - \(lifetime / 60) min.)")
        }
        if date.secondsSinceEpoch > latest.secondsSinceEpoch {
            throw .mismatch(
                "Signature not yet current: \(date) is still later than \(latest) (\(now) + "
                    + "\(Self.clockSkewSeconds / 60) min.)")
        }
    }

    /// Verifies the signature.
    ///
    /// - Parameters:
    ///   - request: the request that the claim was read from.
    ///   - body: the request's body, as received.
    ///   - key: the signing key of the claim's scope and access key.
    /// - Returns: the body, decoded when it is chunked.
    public func verify(
        _ request: SignableRequest, body: [UInt8], key: SigningKey
    ) throws(SignatureFault) -> [UInt8] {
        let payloadHash = payloadHash(request, body)
        var signed = request
        if case .query = form { signed.rawQuery = Self.withoutSignature(request.rawQuery) }
        let canonical = CanonicalRequest(
            signed, signedHeaders: signedHeaders, payloadHash: payloadHash, service: scope.service)
        let expected = key.signature(of: canonical.stringToSign(date: date, scope: scope))
        guard HMACSHA256.areEqual(Array(expected.utf8), Array(signature.utf8)) else { throw .mismatch }
        let chunks = ChunkedPayload(kind: payloadHash, seed: expected, date: date, scope: scope, key: key)
        if let chunks { return try chunks.decode(body, request) }
        guard payloadHash == PayloadHash.unsigned || payloadHash == PayloadHash.of(body) else { throw .mismatch }
        return body
    }

    /// Represents the body: the request's `X-Amz-Content-SHA256`, else the default of its service.
    private func payloadHash(_ request: SignableRequest, _ body: [UInt8]) -> String {
        if let said = request.header("X-Amz-Content-SHA256") { return said }
        if case .query = form, scope.service == "s3" { return PayloadHash.unsigned }
        return PayloadHash.of(body)
    }

    private static func withoutSignature(_ rawQuery: String) -> String {
        rawQuery.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature=") }.joined(separator: "&")
    }
}
