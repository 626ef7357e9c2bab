/// An HTTP response, which the gateway sends.
public struct AWSResponse: Sendable, Equatable {
    /// The status code.
    public var status: Int
    /// The headers, in order, without length, date and request id, which the gateway adds.
    public var headers: [AWSHeader]
    /// The body.
    public var body: [UInt8]

    /// Makes a response.
    public init(status: Int, headers: [AWSHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header called `name`.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }
}
