internal import AWSClient
internal import AWSProtocol
internal import Glibc
internal import HTTPClient
internal import SignatureV4
internal import Toolchain

/// A client of a running server: HTTP, with requests signed when there are credentials.
struct ServerConnection {
    /// A response of the server.
    struct Response {
        let head: HTTPClientResponse
        let body: [UInt8]
    }

    static let endpoint = Option(
        "endpoint", "URL|aws",
        .optional(otherwise: "$AWS_ENDPOINT_URL_LAMBDA, $AWS_ENDPOINT_URL, the profile's, http://127.0.0.1:4566"),
        alias: "endpoint-url", help: "The server, or 'aws' for AWS itself. Also: --endpoint-url."
    ) { (text) throws(ValueError) -> Endpoint in
        if text == "aws" { return .aws }
        guard let url = EndpointURL(text) else { throw ValueError(expectation: "an http or https URL, or 'aws'") }
        return .url(url)
    }
    static let profile = Option(
        "profile", "NAME", .optional(otherwise: "$AWS_PROFILE, then 'default'"),
        help: "The profile of ~/.aws/config with credentials, region and endpoint; AWS itself where it names none.")
    static let region = Option(
        "region", "NAME", .optional(otherwise: "$AWS_REGION, $AWS_DEFAULT_REGION, the profile's, us-east-1"),
        help: "The region.")

    /// The options of every command that calls a server, for the end of its list.
    static let options = [endpoint.description, profile.description, region.description]

    /// Where calls go.
    enum Endpoint: Hashable, Sendable {
        case url(EndpointURL)
        /// To AWS, in the region of the calls.
        case aws
    }

    let endpoint: EndpointURL
    /// The region that calls are signed for.
    let region: String
    /// Whether the calls go to AWS itself.
    let isAWS: Bool
    /// `nil` where there are neither credentials nor a region: requests are then not signed.
    let credentials: SigningCredentials?
    /// S3's endpoint of the profile; `nil` where it names none.
    let s3EndpointOfProfile: String?
    private let signer: RequestSigner?
    /// Carries all calls, with the certificate authorities of `AWS_CA_BUNDLE`.
    let http: HTTPClient

    /// What calls are signed with that need a signature where there are no credentials.
    static let placeholder = SigningCredentials(accessKeyID: "test", secretAccessKey: "test")

    /// Finds endpoint, region and credentials, as the AWS CLI finds them. Sends nothing yet, unless the credentials are
    /// those of a role or a signed-in user.
    init(_ arguments: Arguments, _ environment: [String: String]) throws {
        func setting(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } }
        let authorities = setting("AWS_CA_BUNDLE")
        http = HTTPClient(certificateAuthorities: authorities)
        let sources = CredentialSources(
            environment: environment, configuration: SharedConfiguration(environment: environment), http: http,
            nowSeconds: Int64(time(nil)))
        let name = try arguments.optionalValue(of: Self.profile)
        let profile = try sources.profile(named: name)
        let chosenRegion =
            try arguments.optionalValue(of: Self.region) ?? setting("AWS_REGION", "AWS_DEFAULT_REGION")
            ?? profile?.region
        region = chosenRegion ?? "us-east-1"
        s3EndpointOfProfile = profile?.endpointURL(of: "s3")
        let url = try Self.endpoint(arguments, environment, profile, isNamed: name != nil)
        isAWS = url == nil
        guard let endpoint = url ?? AWSEndpoint.url(of: "lambda", in: region) else {
            throw arguments.refusal("'\(region)' is not a region")
        }
        self.endpoint = endpoint
        let found = try Self.ignoringBrokenPipes {
            try sources.credentials(of: profile, isNamed: name != nil)
        }
        guard found != nil || !isAWS else {
            throw arguments.refusal(
                "there are no credentials for AWS: name a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        }
        // The region travels in the signature's scope, so a region without a key is signed with a placeholder key.
        credentials = found ?? (chosenRegion == nil ? nil : Self.placeholder)
        let region = region
        signer = credentials.map { RequestSigner(credentials: $0, region: region, service: "lambda") }
    }

    /// The same server, in another region and, where the server does not check keys, as another account.
    func moved(to place: ServerPlaces.Place) -> ServerConnection {
        ServerConnection(self, place)
    }

    private init(_ other: ServerConnection, _ place: ServerPlaces.Place) {
        (isAWS, http, s3EndpointOfProfile) = (other.isAWS, other.http, other.s3EndpointOfProfile)
        // AWS has an endpoint for each region; other servers have one for all.
        endpoint = (other.isAWS ? AWSEndpoint.url(of: "lambda", in: place.region) : nil) ?? other.endpoint
        region = place.region
        let account = place.account.map { SigningCredentials(accessKeyID: $0, secretAccessKey: "test") }
        let keys = account ?? other.credentials ?? Self.placeholder
        credentials = keys
        signer = RequestSigner(credentials: keys, region: place.region, service: "lambda")
    }

    /// The endpoint, in AWS's order of precedence: the service's own variable before the global one. A profile that is
    /// named counts before variables, which are those of another place. `nil` for AWS itself.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
    private static func endpoint(
        _ arguments: Arguments, _ environment: [String: String], _ profile: SharedProfile?, isNamed: Bool
    ) throws(UsageError) -> EndpointURL? {
        switch try arguments.optionalValue(of: endpoint) {
        case .url(let url)?: return url
        case .aws?: return nil
        case nil: break
        }
        let own = profile?.endpointURL(of: "lambda")
        if isNamed, own == nil { return nil }
        let names = isNamed ? [] : ["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"]
        let name = names.first { environment[$0]?.isEmpty == false }
        let text = name.flatMap { environment[$0] } ?? own ?? "http://127.0.0.1:4566"
        guard let url = EndpointURL(text) else {
            let source = name ?? "endpoint_url of the profile \(profile?.name ?? "")"
            throw arguments.refusal("\(source) takes an http or https URL, not '\(text)'")
        }
        return url
    }

    /// HTTPClient needs SIGPIPE ignored. Restored afterwards, so that a closed output pipe ends the command.
    static func ignoringBrokenPipes<Result, Failure>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, SIG_DFL) }
        return try body()
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
        do throws(HTTPClientError) {
            return try Self.ignoringBrokenPipes { () throws(HTTPClientError) in
                try http.send(request, limits: Self.limits(timeoutSeconds), receiving: receive)
            }
        } catch {
            throw ServerError(error, endpoint, isAWS: isAWS)
        }
    }

    /// Passes on what a URL of the server's answers has, which needs no signature.
    ///
    /// - Parameter name: what is downloaded, for messages.
    func download(
        _ url: String, called name: String, receiving receive: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let head: HTTPClientResponse
        do throws(HTTPClientError) {
            head = try Self.ignoringBrokenPipes { () throws(HTTPClientError) in
                try http.send(HTTPClientRequest("GET", url), limits: Self.limits(Self.downloadSeconds)) { head, piece in
                    if head.status == 200 { try receive(piece) }
                }
            }
        } catch {
            throw CommandFailure("The download of \(name) failed: \(error.cause.map { "\($0)" } ?? error.description)")
        }
        guard head.status == 200 else {
            throw CommandFailure("The download of \(name) was answered with status \(head.status)")
        }
    }

    /// Links of AWS hold for ten minutes.
    private static let downloadSeconds = 600

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
struct ServerError: TransientFailure, Equatable, CustomStringConvertible {
    let description: String
    /// Whether it makes sense to ask again: not where a server of this machine does not run.
    let isTransient: Bool

    /// The request got no response.
    init(_ error: HTTPClientError, _ endpoint: EndpointURL, isAWS: Bool = false) {
        isTransient = isAWS && [.unreachable, .timedOut, .interrupted].contains(error.kind)
        switch error.kind {
        case .unreachable where !isAWS:
            description =
                "Cannot connect to \(endpoint). Start the server with 'strata start', or pass another --endpoint."
        default: description = "No response from \(endpoint): \(error)."
        }
    }

    /// The server responded with an error.
    init(_ response: ServerConnection.Response, _ endpoint: EndpointURL) {
        isTransient = false
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
