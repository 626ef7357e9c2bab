internal import AWSClient
internal import AWSProtocol
internal import Glibc
internal import HTTPClient
internal import SignatureV4

/// A running server, as commands reach it: over HTTP, signed where there are credentials.
struct ServerConnection {
    /// An answer of the server's.
    struct Answer {
        let head: HTTPClientResponse
        let body: [UInt8]
    }

    static let endpoint = Option(
        "endpoint", "URL",
        .optional(otherwise: "$AWS_ENDPOINT_URL_LAMBDA, then $AWS_ENDPOINT_URL, then http://127.0.0.1:4566"),
        help: "The server. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_DEFAULT_REGION say who asks, and where."
    ) { (text) throws(ValueError) -> EndpointURL in
        guard let url = EndpointURL(text) else { throw ValueError(expectation: "an http or https URL") }
        return url
    }

    let endpoint: EndpointURL
    /// `nil` where nothing says who asks, nor where.
    private let signer: RequestSigner?
    private let http = HTTPClient()

    /// Finds out where the server is; nothing is sent yet.
    init(_ arguments: Arguments, _ environment: [String: String]) throws(UsageError) {
        endpoint = try Self.endpoint(arguments, environment)
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        signer = Self.credentials(environment, hasRegion: region != nil).map {
            RequestSigner(credentials: $0, region: region ?? "us-east-1", service: "lambda")
        }
    }

    /// Who asks. It is the signature that names a region, so with one, but without a key, a key of nobody signs.
    private static func credentials(_ environment: [String: String], hasRegion: Bool) -> SigningCredentials? {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        let values = names.map { environment[$0].flatMap { $0.isEmpty ? nil : $0 } }
        guard let key = values[0], let secret = values[1] else {
            return hasRegion ? SigningCredentials(accessKeyID: "test", secretAccessKey: "test") : nil
        }
        return SigningCredentials(accessKeyID: key, secretAccessKey: secret, sessionToken: values[2])
    }

    /// As AWS's clients look for it: a service's own endpoint goes before that of all.
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
            throw arguments.refusal("\(name ?? "") is no http or https URL: '\(text)'")
        }
        return url
    }

    /// Sends a request, and waits for the whole answer, whatever its status.
    ///
    /// - Parameter patienceSeconds: How long the server may take.
    func send(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, patienceSeconds: Int = 60
    ) throws(ServerError) -> Answer {
        let path = endpoint.path + path
        let query = query.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
        let signable = SignableRequest(
            method: method, rawPath: path, rawQuery: query, headers: [(name: "Host", value: endpoint.host)] + headers)
        let signature = signer?.sign(signable, body: body ?? [], nowSeconds: Int64(time(nil))) ?? []
        let request = HTTPClientRequest(
            method, "\(endpoint.origin)\(path)\(query.isEmpty ? "" : "?\(query)")",
            headers: (signable.headers + signature).map { HTTPClientHeader($0.name, $0.value) }, body: body)
        // The client wants it so; afterwards a reader of our output that goes away ends the command, as with any.
        signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, SIG_DFL) }
        do throws(HTTPClientError) {
            let (head, body) = try http.send(request, limits: Self.limits(patienceSeconds))
            return Answer(head: head, body: body)
        } catch {
            throw ServerError(error, endpoint)
        }
    }

    /// Sends a request for one of the server's own pages, and reads the document.
    func document(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], body: [UInt8]? = nil
    ) throws -> AWSValue {
        let answer = try send(method, path, query: query, body: body)
        guard answer.head.status == 200 else { throw ServerError(answer, endpoint) }
        return try JSON.decode(answer.body)
    }

    private static func limits(_ patienceSeconds: Int) -> HTTPClientLimits {
        var limits = HTTPClientLimits()
        limits.totalMilliseconds = patienceSeconds * 1_000
        limits.stallSeconds = patienceSeconds
        limits.bodyBytes = 64 << 20
        return limits
    }
}

/// Why a server did not do what a command asked for, in words that say what to do.
struct ServerError: Error, Equatable, CustomStringConvertible {
    let description: String

    /// There was no answer.
    init(_ error: HTTPClientError, _ endpoint: EndpointURL) {
        switch error.kind {
        case .unreachable:
            description =
                "Nothing answers at \(endpoint): start it with 'strata start', or name another with --endpoint."
        default: description = "\(endpoint) gave no answer: \(error)."
        }
    }

    /// The answer was no.
    init(_ answer: ServerConnection.Answer, _ endpoint: EndpointURL) {
        // A page that is no JSON says nothing of use.
        let document = try? JSON.decode(answer.body)
        guard case .string(let message)? = document?["message"] ?? document?["Message"] else {
            description = "\(endpoint) answers with status \(answer.head.status), and is perhaps no Strata."
            return
        }
        let name = answer.head.header("x-amzn-ErrorType").map { "\($0): " } ?? ""
        let wantsKey = ["MissingAuthenticationToken", "UnrecognizedClient"].contains(where: name.hasPrefix)
        let advice = " Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of 'strata credentials create'."
        // Which limit turned an invocation away.
        let reason = document?.text("Reason") ?? ""
        description = name + message + (reason.isEmpty ? "" : " (\(reason))") + (wantsKey ? advice : "")
    }
}
