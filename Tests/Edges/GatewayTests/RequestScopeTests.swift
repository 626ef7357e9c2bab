import Domain
import Testing

@testable import Gateway

@Suite struct RequestScopeTests {
    private func defaults() throws -> GatewayDefaults {
        try GatewayDefaults(account: #require(AccountID("000000000000")), region: #require(Region("us-east-1")))
    }

    @Test func `a signed request carries its scope in the header`() throws {
        let scope = RequestScope(
            authorization:
                "AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/lambda/aws4_request, "
                + "SignedHeaders=host, Signature=0",
            target: "/", defaults: try defaults())
        #expect(scope.accessKeyID == "123456789012")
        #expect(scope.region.description == "eu-west-1")
        #expect(scope.service == "lambda")
    }

    @Test(arguments: [
        "Bearer x", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b",
        "AWS4-HMAC-SHA256 Credential=////",
    ])
    func `a request without a scope has the defaults`(authorization: String) throws {
        let scope = RequestScope(authorization: authorization, target: "/", defaults: try defaults())
        #expect(scope.accessKeyID == nil)
        #expect(scope.region.description == "us-east-1")
    }

    @Test(arguments: ["mars-1", "us-east-9", "us-east-1x", "local", "aws-global", "US-EAST-1", ""])
    func `a region that AWS does not have is not the default one`(region: String) throws {
        let authorization = "AWS4-HMAC-SHA256 Credential=123456789012/20260101/\(region)/lambda/aws4_request"
        let scope = RequestScope(authorization: authorization, target: "/", defaults: try defaults())
        #expect(scope.unknownRegion == region)
    }

    @Test func `a presigned request carries its scope in the query`() throws {
        let scope = RequestScope(
            authorization: nil,
            target: "/x?X-Amz-Credential=123456789012%2F20260101%2Fus-west-2%2Flambda%2Faws4_request&X-Amz-Date=1",
            defaults: try defaults())
        #expect(scope.accessKeyID == "123456789012")
        #expect(scope.region.description == "us-west-2")
    }
}
