import Testing

@testable import Gateway

@Suite struct BrowserGuardTests {
    @Test(arguments: ["127.0.0.1:4566", "localhost", "localhost:4566", "[::1]:4566", "192.0.2.7", "api.localhost:80"])
    func `programs and the server's own pages are admitted`(host: String) {
        #expect(BrowserGuard.admits(host: host, origin: nil, fetchSite: nil))
        #expect(BrowserGuard.admits(host: host, origin: "http://\(host)", fetchSite: "same-origin"))
    }

    @Test(arguments: [
        "https://evil.example", "null", "http://203.0.113.5", "http://[2001:db8::1]", "http://localhost:3000",
        "https://127.0.0.1:4566", "http://evil.example/127.0.0.1:4566",
    ])
    func `a page of another origin is refused`(origin: String) {
        #expect(!BrowserGuard.admits(host: "127.0.0.1:4566", origin: origin, fetchSite: nil))
        #expect(!BrowserGuard.admits(host: "127.0.0.1:4566", origin: nil, fetchSite: "cross-site"))
    }

    @Test func `a name that was made to resolve to this host is refused`() {
        let host = "rebound.example:4566"
        #expect(!BrowserGuard.admits(host: host, origin: nil, fetchSite: nil))
        #expect(!BrowserGuard.admits(host: host, origin: "http://\(host)", fetchSite: "same-origin"))
        #expect(!BrowserGuard.admits(host: "", origin: nil, fetchSite: nil))
    }

    @Test func `where requests are signed the server may have a name, and pages of others are still refused`() {
        let host = "lambda.example:4566"
        #expect(BrowserGuard.admits(host: host, origin: nil, fetchSite: nil, allowsNames: true))
        #expect(!BrowserGuard.admits(host: host, origin: "https://evil.example", fetchSite: nil, allowsNames: true))
        #expect(!BrowserGuard.admits(host: host, origin: nil, fetchSite: "cross-site", allowsNames: true))
    }
}
