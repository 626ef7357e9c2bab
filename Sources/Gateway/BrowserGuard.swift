/// Keeps web pages away from the API: a page that a developer happens to visit could otherwise call 127.0.0.1.
///
/// Two ways exist. A page of another origin sends `Origin` (or `Sec-Fetch-Site`), which no SDK does. A page whose own
/// name was made to resolve to this host (DNS rebinding) has no foreign origin, but its `Host` is a name that is not
/// ours.
struct BrowserGuard: Sendable {
    /// Whether a request may have come from anything but a web page of another site.
    static func admits(host: String?, origin: String?, fetchSite: String?) -> Bool {
        if let fetchSite, fetchSite != "same-origin", fetchSite != "none" { return false }
        if let origin, !isLoopback(origin.split(separator: "/").last.map(String.init) ?? origin) { return false }
        return host.map(isOwn) ?? true
    }

    /// Whether a page came from this machine. An address alone does not say so: a page can be at any address.
    private static func isLoopback(_ host: String) -> Bool {
        if host.hasPrefix("[") { return host.hasPrefix("[::1]") }
        let name = host.prefix { $0 != ":" }
        return isOwn(host) && (name.hasPrefix("127.") || !name.utf8.allSatisfy { $0 <= UInt8(ascii: "9") })
    }

    /// Whether a `Host` is an address, or a name that always means this machine (RFC 6761, section 6.3).
    private static func isOwn(_ host: String) -> Bool {
        if host.hasPrefix("[") { return true }
        let name = host.prefix { $0 != ":" }
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        return !name.isEmpty && name.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
