/// The URL of a service: scheme, host, port and an optional path, such as `https://s3.eu-central-1.amazonaws.com`.
public struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    /// The URL, without a slash at its end.
    public let description: String
    /// Scheme, host and port, to which a path is appended.
    public let origin: String
    /// Host and port as in the `Host` header: without the scheme's default port.
    public let host: String
    /// The path before the service's own, percent-encoded; empty, or with a slash at its start and none at its end.
    public let path: String

    /// Parses an `http` or `https` URL with a host; `nil` for anything else, also with credentials, query or fragment.
    public init?(_ text: String) {
        guard let scheme = ["http", "https"].first(where: { text.lowercased().hasPrefix($0 + "://") }) else {
            return nil
        }
        let rest = text.dropFirst(scheme.count + 3)
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"@?#\\\"<>^`{|}".utf8.contains($0) }) else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(authority.count)
        while path.hasSuffix("/") { path.removeLast() }
        guard let host = Self.host(authority.lowercased(), defaultPort: scheme == "http" ? 80 : 443) else { return nil }
        self.host = host
        self.path = String(path)
        origin = "\(scheme)://\(host)"
        description = origin + path
    }

    /// Host and port; `nil` when there is no host, or the port is invalid.
    private static func host(_ authority: String, defaultPort: UInt16) -> String? {
        let colon = authority.lastIndex(of: ":")
        // The colons of an IPv6 address are inside brackets.
        guard let colon, !authority[colon...].contains("]") else { return isHost(authority[...]) ? authority : nil }
        let name = authority[..<colon]
        guard isHost(name), let port = UInt16(authority[authority.index(after: colon)...]), port > 0 else { return nil }
        return port == defaultPort ? String(name) : "\(name):\(port)"
    }

    private static func isHost(_ name: Substring) -> Bool {
        if name.hasPrefix("["), name.hasSuffix("]") {
            return name.count > 2 && name.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_" }
    }
}
