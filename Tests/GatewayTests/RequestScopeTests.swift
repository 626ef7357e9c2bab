import Domain
import Testing

@testable import Gateway

@Suite struct RequestScopeTests {
    private func defaults() throws -> GatewayDefaults {
        try GatewayDefaults(account: #require(AccountID("000000000000")), region: #require(Region("us-east-1")))
    }

    @Test func `an access key of twelve digits is the account`() throws {
        let scope = RequestScope(
            authorization:
                "AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0",
            target: "/", defaults: try defaults())
        #expect(scope.account.description == "123456789012")
        #expect(scope.region.description == "eu-west-1")
        #expect(scope.service == "lambda")
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, Signature=0", "Bearer x",
        "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b", "AWS4-HMAC-SHA256 Credential=////",
    ])
    func `any other key means the server's own account`(authorization: String) throws {
        let scope = RequestScope(authorization: authorization, target: "/", defaults: try defaults())
        #expect(scope.account.description == "000000000000")
        #expect(scope.region.description == "us-east-1")
    }

    @Test func `a presigned request carries its scope in the query`() throws {
        let scope = RequestScope(
            authorization: nil,
            target: "/x?X-Amz-Credential=123456789012%2F20260101%2Fus-west-2%2Flambda%2Faws4_request&X-Amz-Date=1",
            defaults: try defaults())
        #expect(scope.account.description == "123456789012")
        #expect(scope.region.description == "us-west-2")
    }

    @Test(arguments: ["127.0.0.1:4566", "localhost", "localhost:4566", "[::1]:4566", "192.0.2.7", "api.localhost:80"])
    func `a client that names this machine is admitted`(host: String) {
        #expect(BrowserGuard.admits(host: host, origin: nil, fetchSite: nil))
        #expect(BrowserGuard.admits(host: host, origin: "http://localhost:4566", fetchSite: "same-origin"))
    }

    @Test func `a page of another origin, or under a name that is not ours, is refused`() {
        #expect(!BrowserGuard.admits(host: "127.0.0.1:4566", origin: "https://example.com", fetchSite: nil))
        #expect(!BrowserGuard.admits(host: "127.0.0.1:4566", origin: "null", fetchSite: nil))
        // A page can be at an address without a name, which is no reason to trust it.
        for origin in [
            "http://203.0.113.5", "http://203.0.113.5:4566", "http://[2001:db8::1]:80", "http://127.0.0.1.x",
        ] {
            #expect(!BrowserGuard.admits(host: "127.0.0.1:4566", origin: origin, fetchSite: nil))
        }
        for origin in ["http://127.0.0.1:3000", "http://[::1]:3000", "http://app.localhost"] {
            #expect(BrowserGuard.admits(host: "127.0.0.1:4566", origin: origin, fetchSite: nil))
        }
        #expect(!BrowserGuard.admits(host: "127.0.0.1:4566", origin: nil, fetchSite: "cross-site"))
        #expect(!BrowserGuard.admits(host: "rebound.example.com:4566", origin: nil, fetchSite: nil))
        #expect(!BrowserGuard.admits(host: "", origin: nil, fetchSite: nil))
    }
}
