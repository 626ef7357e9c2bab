/// The parts of an HTTP request that AWS's protocols use; the gateway fills it from the HTTP server's type.
public struct AWSRequest: Sendable, Equatable {
    /// The method, upper case.
    public var method: String
    /// The path, still percent-encoded, without the query.
    public var rawPath: String
    /// The query, still percent-encoded, without `?`; empty when there is none.
    public var rawQuery: String
    /// The headers, in order.
    public var headers: [AWSHeader]
    /// The body.
    public var body: [UInt8]
    /// The id of the request; some protocols repeat it in the response's body.
    public var requestID: String

    /// Makes a request.
    public init(
        method: String, rawPath: String, rawQuery: String = "", headers: [AWSHeader] = [], body: [UInt8] = [],
        requestID: String = ""
    ) {
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
        self.requestID = requestID
    }

    /// The value of the first header called `name`.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }
}
