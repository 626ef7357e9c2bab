import Digest
import Testing

@testable import SignatureV4

/// AWS's published test vectors: "aws-signing-test-suite" in awslabs/aws-c-auth.
@Suite struct PublishedExamplesTests {
    private static let credentials = SigningCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    /// 2015-08-30T12:36:00Z.
    private static let moment: Int64 = 1_440_938_160

    private func signature(
        _ method: String = "GET", _ path: String = "/", query: String = "",
        headers: [(name: String, value: String)] = [], body: String = "", token: String? = nil
    ) throws -> String {
        var credentials = Self.credentials
        credentials.sessionToken = token
        let request = SignableRequest(
            method: method, rawPath: path, rawQuery: query, headers: [("Host", "example.amazonaws.com")] + headers)
        let added = RequestSigner(credentials: credentials, region: "us-east-1", service: "service")
            .sign(request, body: Array(body.utf8), nowSeconds: Self.moment)
        let authorization = try #require(added.last)
        #expect(authorization.name == "Authorization")
        return String(authorization.value.suffix(64))
    }

    @Test(arguments: [
        ("", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("ሴ=bar", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    ])
    func `queries are encoded and sorted`(query: String, expected: String) throws {
        #expect(try signature(query: query) == expected)
    }

    @Test(arguments: [
        ("/ሴ", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        ("//example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        ("/example space/", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        ("/example/..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("/example1/example2/../..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("/./", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ])
    func `paths are normalized and encoded`(path: String, expected: String) throws {
        #expect(try signature("GET", path) == expected)
    }

    @Test func `several headers of one name are joined in their order`() throws {
        let headers = ["value2", "value2", "value1"].map { (name: "My-Header1", value: $0) }
        #expect(try signature(headers: headers) == "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")
    }

    @Test func `white space in headers is collapsed to one space`() throws {
        let headers = [(name: "My-Header1", value: " value1"), ("My-Header2", " \"a   b   c\"")]
        #expect(try signature(headers: headers) == "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")
    }

    @Test func `a session token is signed`() throws {
        let token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
        #expect(try signature(token: token) == "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8")
    }

    @Test func `a body is signed`() throws {
        let body = "Param1=value1"
        let headers = [
            (name: "Content-Type", value: "application/x-www-form-urlencoded"), ("Content-Length", "13"),
            ("x-amz-content-sha256", PayloadHash.of(Array(body.utf8))),
        ]
        #expect(
            try signature("POST", headers: headers, body: body)
                == "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b")
    }

    @Test func `a query is signed in place of a header`() {
        let request = SignableRequest(method: "GET", rawPath: "/", headers: [("Host", "example.amazonaws.com")])
        let query = RequestSigner(credentials: Self.credentials, region: "us-east-1", service: "service")
            .presign(request, expiresSeconds: 3600, nowSeconds: Self.moment)
        #expect(query.hasSuffix("&X-Amz-Signature=e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d"))
    }

    @Test func `the string to sign has date, scope and digest`() throws {
        let date = try #require(SigningDate("20150830T123600Z"))
        let canonical = CanonicalRequest(
            SignableRequest(
                method: "GET", rawPath: "/",
                headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", date.description)]),
            signedHeaders: ["host", "x-amz-date"], payloadHash: PayloadHash.of([]), service: "service")
        let scope = CredentialScope(day: date.day, region: "us-east-1", service: "service")
        #expect(
            canonical.stringToSign(date: date, scope: scope) == """
                AWS4-HMAC-SHA256
                20150830T123600Z
                20150830/us-east-1/service/aws4_request
                bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63
                """)
    }

    @Test(arguments: [
        "20150830T123600", "20150230T123600Z", "20150830T243600Z", "20150830T123660Z", "2015083012360000", "",
        "20150830t123600Z", "+2150830T123600Z", "éé50830T1236Z",
    ])
    func `what is not a moment is refused`(text: String) {
        #expect(SigningDate(text) == nil)
    }
}
