public import HTTPClient
public import SignatureV4

/// A call of a service's API, before it is signed.
public struct ServiceCall: Hashable, Sendable {
    /// The service's name in signatures.
    public var service: String
    /// The method.
    public var method = "POST"
    /// The path after the endpoint's own, percent-encoded.
    public var path = "/"
    /// Headers of the call's own, in order.
    public var headers: [HTTPClientHeader] = []
    /// The body.
    public var body: [UInt8] = []

    /// Describes a call.
    public init(service: String) { self.service = service }
}

/// Calls other services. Blocks; any thread may call it.
public final class ServiceClient: Sendable {
    private let settings: ServiceSettings
    private let http: HTTPClient
    private let nowSeconds: @Sendable () -> Int64

    /// Makes a client of one endpoint.
    ///
    /// - Parameter nowSeconds: the wall clock, in seconds since 1970; signatures hold for 15 minutes.
    public init(_ settings: ServiceSettings, http: HTTPClient, nowSeconds: @escaping @Sendable () -> Int64) {
        self.settings = settings
        self.http = http
        self.nowSeconds = nowSeconds
    }

    /// Signs a call for a region, and sends it.
    public func send(
        _ call: ServiceCall, as credentials: SigningCredentials, region: String
    ) throws(HTTPClientError) -> (head: HTTPClientResponse, body: [UInt8]) {
        let endpoint = settings.endpoint
        let path = endpoint.path + call.path
        let signable = SignableRequest(
            method: call.method, rawPath: path,
            headers: [(name: "Host", value: endpoint.host)] + call.headers.map { ($0.name, $0.value) })
        let signer = RequestSigner(credentials: credentials, region: region, service: call.service)
        let headers = signable.headers + signer.sign(signable, body: call.body, nowSeconds: nowSeconds())
        return try http.send(
            HTTPClientRequest(
                call.method, endpoint.origin + path, headers: headers.map { HTTPClientHeader($0.name, $0.value) },
                body: call.body))
    }
}
