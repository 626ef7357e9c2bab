import Testing

@testable import SignatureV4

/// AWS's errors for incomplete claims.
@Suite struct ClaimTests {
    private func fault(_ authorization: String?, date: String? = "20260203T040506Z") -> SignatureFault? {
        var sample = Sample.inHeaders()
        sample.setHeader("Authorization", authorization)
        sample.setHeader("X-Amz-Date", date)
        return sample.fault()
    }

    @Test(arguments: [nil, "", "Bearer x", "Basic dXNlcjpwYXNz", "aws4-hmac-sha256 Credential=a"])
    func `an unsigned request misses its token`(authorization: String?) {
        #expect(fault(authorization) == .missingToken)
    }

    @Test func `a request that is signed twice is refused`() {
        var sample = Sample.inQuery()
        sample.setHeader("Authorization", "AWS4-HMAC-SHA256 Credential=a")
        #expect(
            sample.fault()?.message
                == "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    }

    @Test func `another algorithm is refused by name`() {
        #expect(
            fault("AWS4-HMAC-SHA512 Credential=a")?.message
                == "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ")
    }

    @Test func `a word without an equals sign is refused, and not repeated`() {
        let message = fault("AWS4-HMAC-SHA256 topsecret")?.message ?? ""
        #expect(message.hasPrefix("Invalid key=value pair (missing equal-sign) in Authorization header (hashed"))
        #expect(!message.contains("topsecret"))
    }

    @Test func `all missing parts are reported at once`() {
        let message = fault("AWS4-HMAC-SHA256 Foo=bar", date: nil)?.message ?? ""
        #expect(
            message.hasPrefix(
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
                    + "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header "
                    + "requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and "
                    + "encoded with Base64) Authorization="))
        #expect(message.hasSuffix("="))
    }

    @Test func `all missing parts of a query are reported at once`() {
        var sample = Sample.inQuery()
        sample.request.rawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260203T040506Z&X-Amz-Signature=0"
        #expect(
            sample.fault()?.message
                == "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must "
                + "include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.")
    }

    @Test func `errors have AWS's order`() {
        let whole = "AWS4-HMAC-SHA256 Credential=a/b/c!/d/e, SignedHeaders=host;x-amz-log-type, Signature=0"
        let unsigned = whole.replacing("host", with: "range")
        #expect(
            fault(unsigned, date: "x")?.message
                == "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        #expect(
            fault(whole.replacing("a/b/", with: ""), date: "2026-02-03")?.message
                == "Date must be in ISO-8601 'basic format'. Got '2026-02-03'. See "
                + "http://en.wikipedia.org/wiki/ISO_8601")
        #expect(
            fault(whole.replacing("a/b/", with: ""))?.message
                == "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
                + "'c!/d/e'")
        #expect(fault(whole, date: "20200203T040506Z")?.message.hasPrefix("Signature expired: ") == true)
        #expect(
            fault(whole)?.message
                == "Credential should be scoped to a valid region, not 'c!'. Credential should be scoped to correct "
                + "service: 'lambda'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. "
                + "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != "
                + "'20260203', from '20260203T040506Z'. ")
        let rightScope = whole.replacing("a/b/c!/d/e", with: "a/20260203/eu-west-1/lambda/aws4_request")
        #expect(fault(rightScope)?.message.hasPrefix("The request signature we calculated does not match") == true)
    }

    @Test func `the service may be determined by the claim`() {
        #expect(Sample.inHeaders().fault(service: nil) == nil)
        #expect(Sample.inHeaders().fault(service: "sts")?.kind == .mismatch)
    }
}
