/// Keeps web pages away from the API: a page that a developer happens to visit could otherwise call 127.0.0.1.
///
/// Two ways exist. A page of another origin sends that `Origin` (or `Sec-Fetch-Site`), which no SDK does; also a page
/// of another port of this machine is another origin. A page whose own name was made to resolve to this host (DNS
/// rebinding) has no foreign origin, but its `Host` is a name that is not ours.
struct BrowserGuard: Sendable {
    /// Whether a request may have come from anything but a web page of another site.
    ///
    /// - Parameter allowsNames: whether the server may have names of its own. Only where every request is signed: a
    ///   rebound page has nothing to sign with, and a signature holds for one `Host`.
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
