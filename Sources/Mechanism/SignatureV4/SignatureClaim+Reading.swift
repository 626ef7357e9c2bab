internal import Digest

extension SignatureClaim {
    private static let algorithm = "AWS4-HMAC-SHA256"

    /// Parses a request's claim.
    ///
    /// Refuses, in this order: an unsigned or twice signed request, another algorithm, missing parts, headers that must
    /// be signed and are not, an invalid date, a credential without five parts.
    ///
    /// Source: AWS's error messages, some of which "Troubleshoot Signature Version 4 signing", IAM user guide, lists.
    public static func read(_ request: SignableRequest) throws(SignatureFault) -> SignatureClaim {
        let query = QueryFields(request.rawQuery)
        let authorization = request.header("Authorization")
        guard query["X-Amz-Algorithm"] != nil else {
            guard let authorization, authorization.hasPrefix("AWS4-") else { throw .missingToken }
            return try read(header: authorization, request)
        }
        guard authorization == nil else {
            throw .mismatch(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
        }
        return try read(query: query, request)
    }

    private static func read(
        header authorization: String, _ request: SignableRequest
    ) throws(SignatureFault) -> SignatureClaim {
        let words = authorization.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
        try check(algorithm: words.first.map { String(Substring($0)) } ?? "")
        var fields: [String: String] = [:]
        for word in words.dropFirst() {
            guard let sign = word.firstIndex(of: UInt8(ascii: "=")) else {
                throw .incomplete(
                    "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and "
                        + "encoded with Base64): '\(hash(authorization))'.")
            }
            fields[String(Substring(word[..<sign]))] = String(Substring(word[word.index(after: sign)...]))
        }
        let moment = request.header("X-Amz-Date") ?? request.header("Date")
        var missing = ["Credential", "Signature", "SignedHeaders"].filter { fields[$0]?.isEmpty ?? true }
            .map { "Authorization header requires '\($0)' parameter. " }
        if moment == nil {
            missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
        }
        guard missing.isEmpty, let moment else {
            throw .incomplete(
                "\(missing.joined())(Hashed with SHA-256 and encoded with Base64) Authorization="
                    + hash(authorization))
        }
        return try SignatureClaim(
            .header, credential: fields["Credential"] ?? "", date: moment,
            signedHeaders: fields["SignedHeaders"] ?? "", signature: fields["Signature"] ?? "",
            sessionToken: request.header("X-Amz-Security-Token"), request)
    }

    /// The digest that AWS shows instead of the header, which may contain a secret by mistake.
    private static func hash(_ authorization: String) -> String {
        Base64.encode(SHA256Digest(hashing: Array(authorization.utf8)).bytes)
    }

    private static func read(
        query: QueryFields, _ request: SignableRequest
    ) throws(SignatureFault) -> SignatureClaim {
        let names = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"]
        let values = names.map { query[$0] ?? "" }
        let missing = zip(names, values).filter { $0.1.isEmpty }
            .map { "AWS query-string parameters must include '\($0.0)'. " }
        guard missing.isEmpty else {
            throw .incomplete("\(missing.joined())Re-examine the query-string parameters.")
        }
        try check(algorithm: values[0])
        let expires = try readExpiry(query["X-Amz-Expires"])
        return try SignatureClaim(
            .query(expiresSeconds: expires), credential: values[1], date: values[4], signedHeaders: values[3],
            signature: values[2],
            sessionToken: query["X-Amz-Security-Token"] ?? request.header("X-Amz-Security-Token"), request)
    }

    private static func check(algorithm: String) throws(SignatureFault) {
        guard algorithm == Self.algorithm else {
            throw .incomplete("Unsupported AWS 'algorithm': '\(algorithm)' (only \(Self.algorithm) for now). ")
        }
    }

    private static func readExpiry(_ text: String?) throws(SignatureFault) -> Int64 {
        guard let text else { return clockSkewSeconds }
        guard let seconds = Int64(text), seconds >= 0 else {
            throw .incomplete("X-Amz-Expires should be a number")
        }
        guard seconds <= longestExpirySeconds else {
            throw .incomplete(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
                    + "than \(longestExpirySeconds) seconds")
        }
        return seconds
    }

    private init(
        _ form: Form, credential: String, date: String, signedHeaders: String, signature: String,
        sessionToken: String?, _ request: SignableRequest
    ) throws(SignatureFault) {
        let names = signedHeaders.lowercased().utf8.split(separator: UInt8(ascii: ";")).map { String(Substring($0)) }
        try Self.checkSigned(names, request)
        guard let moment = SigningDate(date) ?? SigningDate(httpDate: date) else {
            throw .incomplete(
                "Date must be in ISO-8601 'basic format'. Got '\(date)'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        let parts = credential.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard parts.count == 5 else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
                    + "'\(credential)'")
        }
        self.form = form
        self.credential = parts
        self.date = moment
        self.signedHeaders = names
        self.signature = signature
        self.sessionToken = sessionToken
    }

    /// Headers that the service interprets must be signed, or an intermediary could add them. The signature covers
    /// date, payload hash and token in another way.
    private static func checkSigned(_ names: [String], _ request: SignableRequest) throws(SignatureFault) {
        guard names.contains("host") else {
            throw .mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        let covered: Set<String> = ["x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
        for header in request.headers where header.name.utf8.count > 6 && header.name.prefix(6).isHeaderName("x-amz-") {
            let name = header.name.lowercased()
            if covered.contains(name) || names.contains(name) { continue }
            throw .mismatch("'\(name)' must be a 'SignedHeader' in the AWS Authorization.")
        }
    }
}

/// The decoded parameters of a query; of several with one name, the first counts.
struct QueryFields {
    private var values: [String: String] = [:]

    init(_ rawQuery: String) {
        for pair in rawQuery.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map { String(decoding: URIEncoding.decode($0, plusIsSpace: true), as: UTF8.self) }
            if values[parts[0]] == nil { values[parts[0]] = parts.count > 1 ? parts[1] : "" }
        }
    }

    subscript(name: String) -> String? { values[name] }
}
