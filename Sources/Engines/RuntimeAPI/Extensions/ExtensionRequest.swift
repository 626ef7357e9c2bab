internal import AWSProtocol
internal import HTTP

/// A request of an extension, read.
///
/// Source: "Lambda Extensions API", "Lambda Telemetry API" and "Lambda Logs API" in the Lambda developer guide.
public enum ExtensionRequest: Sendable {
    /// It makes itself known. `wantsAccount`: it asked for the feature `accountId`.
    case register(name: String, events: [String], wantsAccount: Bool)
    /// It asks for the next event.
    case next(identifier: String)
    /// It could not start.
    case initError(identifier: String, errorType: String)
    /// It is about to end.
    case exitError(identifier: String, errorType: String)
    /// It wants logs and events of the platform, by `2022-07-01/telemetry` or by the older `2020-08-15/logs`.
    case subscribe(identifier: String, isLogs: Bool, document: [UInt8])
}

extension ExtensionRequest {
    /// A JSON object of texts, in the order in which they are given.
    public static func document(_ fields: [(String, String)]) -> [UInt8] { JSONFields.object(fields) }

    /// Reads a request; `nil` when it is not for these APIs.
    init?(_ exchange: HTTPExchange) throws(ExtensionFault) {
        switch (exchange.method, Self.path(exchange.target)) {
        case ("POST", "/2020-01-01/extension/register"): self = try Self.registration(exchange)
        case ("GET", "/2020-01-01/extension/event/next"):
            self = .next(identifier: try Self.identifier(exchange))
        case ("POST", "/2020-01-01/extension/init/error"):
            self = .initError(identifier: try Self.identifier(exchange), errorType: try Self.errorType(exchange))
        case ("POST", "/2020-01-01/extension/exit/error"):
            self = .exitError(identifier: try Self.identifier(exchange), errorType: try Self.errorType(exchange))
        case ("PUT", "/2022-07-01/telemetry"):
            self = .subscribe(identifier: try Self.identifier(exchange), isLogs: false, document: exchange.body)
        case ("PUT", "/2020-08-15/logs"):
            self = .subscribe(identifier: try Self.identifier(exchange), isLogs: true, document: exchange.body)
        default: return nil
        }
    }

    private static func path(_ target: String) -> Substring {
        let path = target.prefix { $0 != "?" }
        return path.hasSuffix("/") ? path.dropLast() : path
    }

    private static func registration(_ exchange: HTTPExchange) throws(ExtensionFault) -> ExtensionRequest {
        guard let name = exchange.header("Lambda-Extension-Name"), !name.isEmpty else { throw .emptyName }
        let features = (exchange.header("Lambda-Extension-Accept-Feature") ?? "").split(separator: ",")
        return .register(
            name: name, events: try events(exchange.body),
            wantsAccount: features.contains { $0.filter { $0 != " " } == "accountId" })
    }

    private static func events(_ document: [UInt8]) throws(ExtensionFault) -> [String] {
        let members: AWSValue
        do { members = try JSON.decode(document) } catch { throw .invalidFormat(error.message) }
        guard case .structure = members else { throw .invalidFormat("The body is not a JSON object.") }
        if case .list(let keys)? = members["configurationKeys"], !keys.isEmpty {
            throw .invalidFormat("configurationKeys are deprecated; use environment variables instead")
        }
        guard let events = members["events"] else { return [] }
        guard case .list(let names) = events else { throw .invalidFormat("events is not a list.") }
        return try names.map { name throws(ExtensionFault) in
            guard case .string(let name) = name else { throw .invalidFormat("events are not all strings.") }
            return name
        }
    }

    private static func identifier(_ exchange: HTTPExchange) throws(ExtensionFault) -> String {
        guard let text = exchange.header("Lambda-Extension-Identifier"), !text.isEmpty else { throw .missingIdentifier }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [8, 4, 4, 4, 12], parts.joined().allSatisfy(\.isHexDigit) else {
            throw .invalidIdentifier
        }
        return text.lowercased()
    }

    private static func errorType(_ exchange: HTTPExchange) throws(ExtensionFault) -> String {
        guard let type = exchange.header("Lambda-Extension-Function-Error-Type"), !type.isEmpty else {
            throw .missingErrorType
        }
        return type
    }
}
