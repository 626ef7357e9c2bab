internal import AWSClient
internal import AWSProtocol
internal import Glibc
internal import HTTPClient
internal import SignatureV4

/// A client of a running server: HTTP, with requests signed when there are credentials.
struct ServerConnection {
    /// A response of the server.
    struct Response {
        let head: HTTPClientResponse
        let body: [UInt8]
    }

    static let endpoint = Option(
        "endpoint", "URL",
        .optional(otherwise: "$AWS_ENDPOINT_URL_LAMBDA, then $AWS_ENDPOINT_URL, then http://127.0.0.1:4566"),
        help:
            "The server. Credentials and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or "
            + "else AWS_DEFAULT_REGION."
    ) { (text) throws(ValueError) -> EndpointURL in
        guard let url = EndpointURL(text) else { throw ValueError(expectation: "an http or https URL") }
        return url
    }

    let endpoint: EndpointURL
    /// `nil` when the environment has neither credentials nor a region: requests are then not signed.
    private let signer: RequestSigner?
    private let http = HTTPClient()

    /// Resolves endpoint and credentials; sends nothing yet.
    init(_ arguments: Arguments, _ environment: [String: String]) throws(UsageError) {
        endpoint = try Self.endpoint(arguments, environment)
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        signer = Self.credentials(environment, hasRegion: region != nil).map {
            RequestSigner(credentials: $0, region: region ?? "us-east-1", service: "lambda")
        }
    }

    /// The caller's credentials. The region travels in the signature's scope, so a region without a key is signed with
    /// a placeholder key.
    private static func credentials(_ environment: [String: String], hasRegion: Bool) -> SigningCredentials? {
        if let credentials = SigningCredentials(environment: environment) { return credentials }
        return hasRegion ? SigningCredentials(accessKeyID: "test", secretAccessKey: "test") : nil
    }

    /// The endpoint, in AWS's order of precedence: the service's own variable before the global one.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
    private static func endpoint(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> EndpointURL {
        if let url = try arguments.optionalValue(of: endpoint) { return url }
        let names = ["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"]
        let name = names.first { environment[$0]?.isEmpty == false }
        let text = name.flatMap { environment[$0] } ?? "http://127.0.0.1:4566"
        guard let url = EndpointURL(text) else {
            throw arguments.refusal("\(name ?? "") takes an http or https URL, not '\(text)'")
        }
        return url
    }

    /// Sends a request and reads the whole response, of any status.
    ///
    /// - Parameter timeoutSeconds: The limit on the whole exchange, and on a stall within it.
    func send(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, timeoutSeconds: Int = 60
    ) throws(ServerError) -> Response {
        var content: [UInt8] = []
        let head = try send(
            method, path, query: query, headers: headers, body: body, timeoutSeconds: timeoutSeconds
        ) { _, piece in content.append(contentsOf: piece) }
        return Response(head: head, body: content)
    }

    /// The same, with each piece of the response's body as it arrives.
    func send(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, timeoutSeconds: Int = 60,
        receiving receive: (HTTPClientResponse, UnsafeRawBufferPointer) throws -> Void
    ) throws(ServerError) -> HTTPClientResponse {
        let path = endpoint.path + path
        let query = query.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
        let signable = SignableRequest(
            method: method, rawPath: path, rawQuery: query, headers: [(name: "Host", value: endpoint.host)] + headers)
        let signature = signer?.sign(signable, body: body ?? [], nowSeconds: Int64(time(nil))) ?? []
        let request = HTTPClientRequest(
            method, "\(endpoint.origin)\(path)\(query.isEmpty ? "" : "?\(query)")",
            headers: (signable.headers + signature).map { HTTPClientHeader($0.name, $0.value) }, body: body)
        // HTTPClient needs SIGPIPE ignored. Restored afterwards, so that a closed output pipe ends the command.
        signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, SIG_DFL) }
        do throws(HTTPClientError) {
            return try http.send(request, limits: Self.limits(timeoutSeconds), receiving: receive)
        } catch {
            throw ServerError(error, endpoint)
        }
    }

    /// Requests one of the server's own pages (`/_strata/…`) and decodes its JSON.
    func document(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], body: [UInt8]? = nil
    ) throws -> AWSValue {
        let response = try send(method, path, query: query, body: body)
        guard response.head.status == 200 else { throw ServerError(response, endpoint) }
        return try JSON.decode(response.body)
    }

    private static func limits(_ timeoutSeconds: Int) -> HTTPClientLimits {
        var limits = HTTPClientLimits()
        limits.totalMilliseconds = timeoutSeconds * 1_000
        limits.stallSeconds = timeoutSeconds
        // A streamed response has 200 MB at most.
        limits.bodyBytes = 256 << 20
        return limits
    }
}

/// A failed request to the server: what happened, and what to do.
struct ServerError: Error, Equatable, CustomStringConvertible {
    let description: String

    /// The request got no response.
    init(_ error: HTTPClientError, _ endpoint: EndpointURL) {
        switch error.kind {
        case .unreachable:
            description =
                "Cannot connect to \(endpoint). Start the server with 'strata start', or pass another --endpoint."
        default: description = "No response from \(endpoint): \(error)."
        }
    }

    /// The server responded with an error.
    init(_ response: ServerConnection.Response, _ endpoint: EndpointURL) {
        // A body that is not JSON comes from another server; its status is reported instead.
        let document = try? JSON.decode(response.body)
        guard case .string(let message)? = document?["message"] ?? document?["Message"] else {
            description = "\(endpoint) responded with status \(response.head.status); it may not be a Strata server."
            return
        }
        let name = response.head.header("x-amzn-ErrorType").map { "\($0): " } ?? ""
        let needsKey = ["MissingAuthenticationToken", "UnrecognizedClient"].contains(where: name.hasPrefix)
        let advice = " Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key from 'strata credentials create'."
        // The limit that throttled an invocation.
        let reason = document?.text("Reason") ?? ""
        description = name + message + (reason.isEmpty ? "" : " (\(reason))") + (needsKey ? advice : "")
    }
}
