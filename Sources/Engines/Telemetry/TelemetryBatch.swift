extension TelemetrySubscription.Destination {
    /// A batch of events as it is sent: one HTTP request, or lines of JSON.
    public func message(_ events: [[UInt8]]) -> [UInt8] {
        switch self {
        case .http(let port, let path, let method):
            let body = [UInt8(ascii: "[")] + events.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
            let head =
                "\(method) \(path) HTTP/1.1\r\nHost: sandbox.localdomain:\(port)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
            return Array(head.utf8) + body
        case .tcp:
            return events.flatMap { $0 + [UInt8(ascii: "\n")] }
        }
    }

    /// Whether the subscriber responds, after which the connection is closed.
    public var awaitsResponse: Bool {
        if case .http = self { true } else { false }
    }
}
