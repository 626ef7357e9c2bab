import Testing

@testable import Gateway

@Suite struct BrowserGuardTests {
    private func admits(
        host: String?, origin: String? = nil, fetchSite: String? = nil, language: String? = nil,
        allowsNames: Bool = false
    ) -> Bool {
        BrowserGuard.admits(
            BrowserGuard.Headers(host: host, origin: origin, fetchSite: fetchSite, acceptLanguage: language),
            allowsNames: allowsNames)
    }

    @Test(arguments: ["127.0.0.1:4566", "localhost", "localhost:4566", "[::1]:4566", "192.0.2.7", "api.localhost:80"])
    func `programs and the server's own pages are admitted`(host: String) {
        #expect(admits(host: host, origin: nil, fetchSite: nil))
        #expect(admits(host: host, origin: "http://\(host)", fetchSite: "same-origin"))
    }

    @Test(arguments: [
        "https://evil.example", "null", "http://203.0.113.5", "http://[2001:db8::1]", "http://localhost:3000",
        "https://127.0.0.1:4566", "http://evil.example/127.0.0.1:4566",
    ])
    func `a page of another origin is refused`(origin: String) {
        #expect(!admits(host: "127.0.0.1:4566", origin: origin, fetchSite: nil))
        #expect(!admits(host: "127.0.0.1:4566", origin: nil, fetchSite: "cross-site"))
    }

    @Test(arguments: ["[evil.example", "[evil.example]:4566", "[", "[]", "[::1].evil.example", "[::1]:4566.evil"])
    func `a name behind a bracket is no address`(host: String) {
        #expect(!admits(host: host))
        #expect(!admits(host: host, origin: "http://\(host)", fetchSite: "same-origin"))
    }

    @Test func `a name that was made to resolve to this host is refused`() {
        let host = "rebound.example:4566"
        #expect(!admits(host: host, origin: nil, fetchSite: nil))
        #expect(!admits(host: host, origin: "http://\(host)", fetchSite: "same-origin"))
        #expect(!admits(host: "", origin: nil, fetchSite: nil))
    }

    @Test(arguments: [
        "host.docker.internal:4566", "host.containers.internal", "localhost.localstack.cloud:4566",
        "bucket.s3.localhost.localstack.cloud:4566",
    ])
    func `names by which containers and tools call this host are for programs alone`(host: String) {
        #expect(admits(host: host))
        #expect(!admits(host: host, origin: "http://\(host)", fetchSite: "same-origin"))
        #expect(!admits(host: host, origin: "http://\(host)"))
        #expect(!admits(host: host, fetchSite: "none"))
        // A GET of a rebound page has neither.
        #expect(!admits(host: host, language: "en"))
    }

    @Test(arguments: [
        "docker.internal", "xhost.docker.internal", "a.host.docker.internal", "localstack.cloud",
        "xlocalhost.localstack.cloud", "localhost.localstack.cloud.evil.example", "host.docker.internal.evil.example",
    ])
    func `names that only look like those are refused`(host: String) { #expect(!admits(host: host)) }

    @Test func `where requests are signed the server may have a name, and pages of others are still refused`() {
        let host = "lambda.example:4566"
        #expect(admits(host: host, origin: nil, fetchSite: nil, allowsNames: true))
        #expect(!admits(host: host, origin: "https://evil.example", fetchSite: nil, allowsNames: true))
        #expect(!admits(host: host, origin: nil, fetchSite: "cross-site", allowsNames: true))
    }
}
