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
            faults.append(SignatureFault.unknownRegion(scope.region).message)
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
    ) throws(SignatureFault) -> SignedContent {
        guard let signed = try verifyBeforeBody(request, key: key) else {
            _ = try verifyHead(request, PayloadHash.of(body), key)
            return SignedContent(bytes: body, trailers: [])
        }
        return try signed.content(of: body)
    }

    /// Verifies the signature before the body has arrived.
    ///
    /// - Returns: what checks the body as it arrives; `nil` where only the whole body says what was signed.
    public func verifyBeforeBody(_ request: SignableRequest, key: SigningKey) throws(SignatureFault) -> SignedBody? {
        guard let payloadHash = try announcedPayloadHash(request) else { return nil }
        let seed = try verifyHead(request, payloadHash, key)
        return SignedBody(
            request, payloadHash: payloadHash, chain: SignatureChain(seed: seed, date: date, scope: scope, key: key))
    }

    /// Verifies the signature over the head and what represents the body. Returns the signature.
    private func verifyHead(
        _ request: SignableRequest, _ payloadHash: String, _ key: SigningKey
    ) throws(SignatureFault) -> String {
        var signed = request
        if case .query = form { signed.rawQuery = Self.withoutSignature(request.rawQuery) }
        let canonical = CanonicalRequest(
            signed, signedHeaders: signedHeaders, payloadHash: payloadHash, service: scope.service)
        let expected = key.signature(of: canonical.stringToSign(date: date, scope: scope))
        guard HMACSHA256.areEqual(Array(expected.utf8), Array(signature.utf8)) else { throw .mismatch }
        return expected
    }

    /// What represents the body in the head: the request's `X-Amz-Content-SHA256`, else the default of its service;
    /// `nil` where it is the body's own hash.
    ///
    /// - Throws: where the body is not signed, of a service other than S3: these compute the body's hash themselves, so
    ///   that the signature is another one.
    private func announcedPayloadHash(_ request: SignableRequest) throws(SignatureFault) -> String? {
        let isObject = scope.service == "s3" || scope.service == "s3express"
        if let said = request.header(SignedBody.payloadHashHeader) {
            let isUnsigned = said == PayloadHash.unsigned || said == PayloadHash.unsignedChunksAndTrailer
            guard isObject || !isUnsigned else { throw .mismatch }
            return said
        }
        if case .query = form, isObject { return PayloadHash.unsigned }
        return nil
    }

    private static func withoutSignature(_ rawQuery: String) -> String {
        rawQuery.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature=") }.joined(separator: "&")
    }
}
