/// Refuses requests from web pages: a page that a developer visits could otherwise call the API at 127.0.0.1.
///
/// Two kinds of pages are recognised. A page of another origin, which includes other ports of this machine, sends its
/// `Origin` or `Sec-Fetch-Site`, which no SDK does. A page whose name resolves to this host (DNS rebinding) has no
/// foreign origin, but its `Host` is a name that this server does not have.
struct BrowserGuard: Sendable {
    /// Whether a request is not from a web page of another site.
    ///
    /// - Parameter allowsNames: whether the server may have any host name. Only where every request is signed: a
    ///   rebound page has no key to sign with, and a signature is valid for one `Host`.
    static func admits(host: String?, origin: String?, fetchSite: String?, allowsNames: Bool = false) -> Bool {
        if let fetchSite, fetchSite != "same-origin", fetchSite != "none" { return false }
        if let origin, origin != host.map({ "http://\($0)" }) { return false }
        return allowsNames || host.map(isOwn) ?? true
    }

    /// Whether a `Host` is an address, or a name that always means this machine (RFC 6761, section 6.3).
    private static func isOwn(_ host: String) -> Bool {
        if host.hasPrefix("[") { return true }
        let name = host.utf8.prefix { $0 != UInt8(ascii: ":") }
        if !name.isEmpty, name.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }) { return true }
        return Substring(name) == "localhost" || Substring(name).hasSuffix(".localhost")
    }
}
