/// Refuses requests from web pages: a page that a developer visits could otherwise call the API at 127.0.0.1.
///
/// Two kinds of pages are recognised. A page of another origin, which includes other ports of this machine, sends its
/// `Origin` or `Sec-Fetch-Site`, which no SDK does. A page whose name resolves to this host (DNS rebinding) has no
/// foreign origin, but its `Host` is a name that this server does not have.
///
/// Containers and tools call this host by some well-known names. These are admitted for programs alone, because the
/// resolver of a hostile network could answer for them (docs/threat-model.md).
struct BrowserGuard: Sendable {
    /// The headers of a request that tell pages from programs.
    struct Headers: Sendable {
        var host: String?
        var origin: String?
        var fetchSite: String?
        var acceptLanguage: String?
    }

    /// Whether a request is not from a web page of another site.
    ///
    /// - Parameter allowsNames: whether the server may have any host name. Only where every request is signed: a
    ///   rebound page has no key to sign with, and a signature is valid for one `Host`.
    static func admits(_ headers: Headers, allowsNames: Bool = false) -> Bool {
        if let fetchSite = headers.fetchSite, fetchSite != "same-origin", fetchSite != "none" { return false }
        if let origin = headers.origin, origin != headers.host.map({ "http://\($0)" }) { return false }
        guard !allowsNames, let host = headers.host else { return true }
        return isOwn(host) || (isWellKnown(host) && isFromProgram(headers))
    }

    /// Whether a `Host` is an address, or a name that always means this machine (RFC 6761, section 6.3).
    private static func isOwn(_ host: String) -> Bool {
        if host.hasPrefix("[") { return isBracketed(host) }
        let name = name(of: host)
        if !name.isEmpty, name.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }) { return true }
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    /// Whether a `Host` is a name by which containers call their host, or that public DNS resolves to 127.0.0.1 for
    /// clients that put a bucket or a service before it.
    private static func isWellKnown(_ host: String) -> Bool {
        let name = name(of: host)
        return containerHosts.contains(String(name)) || name == loopbackDomain || name.hasSuffix(".\(loopbackDomain)")
    }

    /// Docker's and Podman's names. `internal` is reserved for private networks: public DNS never answers for it.
    private static let containerHosts: Set<String> = ["host.docker.internal", "host.containers.internal"]
    private static let loopbackDomain = "localhost.localstack.cloud"

    /// Whether a request has nothing that browsers send. A page cannot leave out `Accept-Language`, and no SDK sends
    /// it; `Origin` and `Sec-Fetch-Site` alone are not enough, because a `GET` to a plain HTTP name has neither.
    private static func isFromProgram(_ headers: Headers) -> Bool {
        headers.origin == nil && headers.fetchSite == nil && headers.acceptLanguage == nil
    }

    /// Whether a `Host` is digits and colons in brackets, such as `[::1]:4566`: no name has these.
    private static func isBracketed(_ host: String) -> Bool {
        guard let end = host.firstIndex(of: "]") else { return false }
        let address = host[host.index(after: host.startIndex)..<end]
        let port = host[host.index(after: end)...]
        return address.contains(":") && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
            && (port.isEmpty || port.first == ":" && port.dropFirst().allSatisfy(\.isNumber))
    }

    private static func name(of host: String) -> Substring { host.prefix { $0 != ":" } }
}
