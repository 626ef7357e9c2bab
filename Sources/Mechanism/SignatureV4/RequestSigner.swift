/// Signs requests to AWS services.
public struct RequestSigner: Sendable {
    private let credentials: SigningCredentials
    private let region: String
    private let service: String

    /// Headers that proxies change or add, and that are therefore never signed.
    private static let unsignedHeaders: Set<String> = [
        "authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id",
    ]

    /// Signs for a service in a region.
    ///
    /// - Parameter service: the service's signing name, such as `s3` or `sqs`.
    public init(credentials: SigningCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// Signs a request by headers.
    ///
    /// - Parameters:
    ///   - request: the request. All its headers are signed, so add none afterwards.
    ///   - body: the body.
    ///   - nowSeconds: seconds since 1970.
    ///   - signsPayload: `false` leaves the body unsigned, which S3 allows.
    /// - Returns: the headers to add to the request.
    public func sign(
        _ request: SignableRequest, body: [UInt8] = [], nowSeconds: Int64, signsPayload: Bool = true
    ) -> [(name: String, value: String)] {
        let date = SigningDate(secondsSinceEpoch: nowSeconds)
        let hash = signsPayload ? PayloadHash.of(body) : PayloadHash.unsigned
        var added = [(name: "X-Amz-Date", value: date.description)]
        if service == "s3" || !signsPayload { added.append(("X-Amz-Content-SHA256", hash)) }
        if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token)) }
        var complete = request
        complete.headers += added
        let names = complete.headers.map { $0.name.lowercased() }.filter { !Self.unsignedHeaders.contains($0) }
        let canonical = CanonicalRequest(complete, signedHeaders: names, payloadHash: hash, service: service)
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(date)), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature(of: canonical, date))"
        return added + [("Authorization", authorization)]
    }

    /// Presigns a request: signs it by its query, so that any holder of the URL can send it.
    ///
    /// - Returns: the whole query, without `?`.
    public func presign(
        _ request: SignableRequest, expiresSeconds: Int, nowSeconds: Int64, payloadHash: String = PayloadHash.of([])
    ) -> String {
        let date = SigningDate(secondsSinceEpoch: nowSeconds)
        let names = Set(request.headers.map { $0.name.lowercased() }).subtracting(Self.unsignedHeaders).sorted()
        var fields = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(date))"),
            ("X-Amz-Date", date.description), ("X-Amz-Expires", String(expiresSeconds)),
            ("X-Amz-SignedHeaders", names.joined(separator: ";")),
        ]
        if let token = credentials.sessionToken { fields.append(("X-Amz-Security-Token", token)) }
        let added = fields.map { "\($0)=\(String(decoding: URIEncoding.encode($1.utf8), as: UTF8.self))" }
        var complete = request
        complete.rawQuery = ([request.rawQuery].filter { !$0.isEmpty } + added).joined(separator: "&")
        let hash = service == "s3" ? PayloadHash.unsigned : payloadHash
        let canonical = CanonicalRequest(complete, signedHeaders: names, payloadHash: hash, service: service)
        return "\(complete.rawQuery)&X-Amz-Signature=\(signature(of: canonical, date))"
    }

    private func scope(_ date: SigningDate) -> CredentialScope {
        CredentialScope(day: date.day, region: region, service: service)
    }

    private func signature(of request: CanonicalRequest, _ date: SigningDate) -> String {
        SigningKey(secretAccessKey: credentials.secretAccessKey, scope: scope(date))
            .signature(of: request.stringToSign(date: date, scope: scope(date)))
    }
}
