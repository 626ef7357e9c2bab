internal import AWSProtocol

/// An extension's subscription to telemetry.
///
/// Source: "Lambda Telemetry API" and "Lambda Logs API" in the Lambda developer guide.
public struct TelemetrySubscription: Hashable, Sendable {
    /// The kinds of telemetry.
    public enum Category: String, Hashable, Sendable, CaseIterable {
        /// Events of the platform.
        case platform
        /// Output of the function.
        case function
        /// Output of extensions.
        case `extension`
    }

    /// Where telemetry is sent, always inside of the environment.
    public enum Destination: Hashable, Sendable {
        /// A JSON array for each batch.
        case http(port: UInt16, path: String, method: String)
        /// A line of JSON for each event.
        case tcp(port: UInt16)

        /// The port of 127.0.0.1 inside.
        public var port: UInt16 {
            switch self {
            case .http(let port, _, _), .tcp(let port): port
            }
        }
    }

    /// The categories, in the order of the request.
    public let categories: [Category]
    /// Where it is sent.
    public let destination: Destination
    /// How many events a batch holds at most.
    public let maxItems: Int
    /// How many bytes a batch holds at most.
    public let maxBytes: Int
    /// How long an event may wait for others, in milliseconds.
    public let timeoutMilliseconds: Int

    /// Why a subscription is refused.
    public struct Fault: Error, Hashable, Sendable {
        /// The message for the extension.
        public let message: String
    }

    /// Reads a subscription.
    ///
    /// - Parameters:
    ///   - versions: the schema versions that the interface knows.
    ///   - serverPorts: the ports of the environment at which the server itself listens. Telemetry is not sent there:
    ///     a batch would be a request in the function's name, which the server makes without end.
    public init(_ document: [UInt8], versions: [String], serverPorts: Set<UInt16>) throws(Fault) {
        let body: AWSValue
        do { body = try JSON.decode(document) } catch { throw Fault(message: error.message) }
        guard case .string(let version)? = body["schemaVersion"], versions.contains(version) else {
            throw Fault(message: "schemaVersion is to be one of \(versions.joined(separator: ", "))")
        }
        categories = try Self.categories(body["types"])
        destination = try Self.destination(body["destination"])
        guard !serverPorts.contains(destination.port) else {
            throw Fault(message: "port \(destination.port) is the server's own")
        }
        let buffering = body["buffering"]
        maxItems = try Self.number(buffering, "maxItems", Self.itemBounds, Self.itemBounds.upperBound)
        maxBytes = try Self.number(buffering, "maxBytes", Self.byteBounds, Self.byteBounds.lowerBound)
        timeoutMilliseconds = try Self.number(buffering, "timeoutMs", Self.timeoutBounds, 1_000)
    }

    /// Bounds of the documented buffering configuration; the default is the maximum.
    static let itemBounds = 1_000...10_000
    /// The default is the minimum.
    static let byteBounds = 262_144...1_048_576
    /// The default is one second.
    static let timeoutBounds = 25...30_000

    private static func categories(_ value: AWSValue?) throws(Fault) -> [Category] {
        guard case .list(let names)? = value, !names.isEmpty else { throw Fault(message: "types is to be a list") }
        return try names.map { name throws(Fault) in
            guard case .string(let text) = name, let category = Category(rawValue: text) else {
                throw Fault(message: "types are platform, function and extension")
            }
            return category
        }
    }

    private static func destination(_ value: AWSValue?) throws(Fault) -> Destination {
        guard let value, case .string(let name)? = value["protocol"] else {
            throw Fault(message: "destination.protocol is to be HTTP or TCP")
        }
        switch name {
        case "HTTP":
            guard case .string(let address)? = value["URI"], let (port, path) = split(address) else {
                throw Fault(message: "destination.URI is to be http://sandbox.localdomain:PORT/PATH")
            }
            guard case .string(let method)? = value["method"] ?? .string("POST"), ["POST", "PUT"].contains(method)
            else {
                throw Fault(message: "destination.method is to be POST or PUT")
            }
            return .http(port: port, path: path, method: method)
        case "TCP":
            guard case .integer(let number)? = value["port"], let port = UInt16(exactly: number), port > 0 else {
                throw Fault(message: "destination.port is to be a port")
            }
            return .tcp(port: port)
        default: throw Fault(message: "destination.protocol is to be HTTP or TCP")
        }
    }

    /// The port and path of a URL inside the environment; `nil` for any other URL.
    private static func split(_ address: String) -> (port: UInt16, path: String)? {
        guard address.hasPrefix("http://") else { return nil }
        let rest = address.dropFirst(7)
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard ["sandbox.localdomain", "sandbox", "127.0.0.1", "localhost"].contains(parts.first),
            parts.count == 2, let port = UInt16(parts[1]), port > 0
        else { return nil }
        let path = String(rest.dropFirst(authority.count))
        guard path.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        return (port, path.isEmpty ? "/" : path)
    }

    private static func number(
        _ value: AWSValue?, _ name: String, _ bounds: ClosedRange<Int>, _ byDefault: Int
    ) throws(Fault) -> Int {
        guard let member = value?[name] else { return byDefault }
        guard case .integer(let number) = member, let number = Int(exactly: number), bounds.contains(number) else {
            throw Fault(
                message: "buffering.\(name) is to be from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }
}
