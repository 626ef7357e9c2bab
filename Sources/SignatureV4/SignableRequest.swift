/// What a signature covers of a request, apart from its body: the parts as they are on the wire.
public struct SignableRequest: Sendable {
    /// The method, upper case.
    public var method: String
    /// The path, percent-encoded as it is sent.
    public var rawPath: String
    /// The query, percent-encoded as it is sent, without `?`; empty where there is none.
    public var rawQuery: String
    /// The headers in the order in which they are sent. `Host` has to be among them.
    public var headers: [(name: String, value: String)]

    /// Describes a request.
    public init(method: String, rawPath: String, rawQuery: String = "", headers: [(name: String, value: String)]) {
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
    }

    /// The value of the first header of a name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
