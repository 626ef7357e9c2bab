import Testing

@testable import Domain

@Suite struct FunctionReferenceTests {
    @Test(
        arguments: [
            ("f", nil, nil, "f", nil),
            ("f:PROD", nil, nil, "f", "PROD"),
            ("f:$LATEST", nil, nil, "f", "$LATEST"),
            ("function:f", nil, nil, "f", nil),
            ("function:1", nil, nil, "1", nil),
            ("function", nil, nil, "function", nil),
            ("123456789012", nil, nil, "123456789012", nil),
            ("123456789012:f", "123456789012", nil, "f", nil),
            ("123456789012:function:f", "123456789012", nil, "f", nil),
            ("123456789012:function:f:7", "123456789012", nil, "f", "7"),
            ("us-east-1:123456789012:function:f", "123456789012", "us-east-1", "f", nil),
            ("us-gov-west-1:123456789012:function:f:7", "123456789012", "us-gov-west-1", "f", "7"),
            ("arn:aws:lambda:us-east-1:123456789012:function:f", "123456789012", "us-east-1", "f", nil),
            ("arn:aws:lambda:us-east-1:123456789012:function", "123456789012", "us-east-1", "function", nil),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:f:PROD", "123456789012", "cn-north-1", "f", "PROD"),
        ] as [(String, String?, String?, String, String?)])
    func `every form that the API accepts is parsed`(
        text: String, account: String?, region: String?, name: String, qualifier: String?
    ) throws {
        let reference = try FunctionReference(text)
        #expect(reference.account?.description == account)
        #expect(reference.region?.description == region)
        #expect(reference.name.description == name)
        #expect(reference.qualifier?.description == qualifier)
    }

    @Test(arguments: [
        "", ":", "f:", ":f", "f::1", "f:1:2", "a b", "function:", "function:f:1:2", "12345:function:f", "arn:",
        "arn:aws:lambda:f",
        "arn:aws:s3:us-east-1:123456789012:function:f", "arn:aws:lambda:us-east-1:123456789012:layer:f",
        "arn:aws-cn:lambda:us-east-1:123456789012:function:f",
        "arn:aws:lambda:us-east-1:123456789012:function:f:1:2", "arn:aws:lambda::123456789012:function:f",
    ])
    func `a text of no known form is refused`(text: String) {
        #expect(throws: FunctionReferenceError.self) { try FunctionReference(text) }
    }

    @Test func `a name may be longer than that of any function, up to 140 characters`() throws {
        #expect(try FunctionReference(String(repeating: "a", count: 140)).name.description.count == 140)
        let name = String(repeating: "a", count: 141)
        #expect(throws: FunctionReferenceError.malformed(name)) { try FunctionReference(name) }
    }

    @Test func `the qualifier parameter is merged`() throws {
        #expect(try FunctionReference("f", qualifier: "PROD").qualifier == Qualifier("PROD"))
        #expect(try FunctionReference("f:PROD", qualifier: "PROD").qualifier == Qualifier("PROD"))
        #expect(throws: FunctionReferenceError.qualifiersDiffer) { try FunctionReference("f:1", qualifier: "2") }
        #expect(throws: FunctionReferenceError.invalidQualifier("0")) { try FunctionReference("f", qualifier: "0") }
    }

    @Test func `a reference without account or region means the caller's`() throws {
        let account = try #require(AccountID("123456789012"))
        let region = try #require(Region("us-east-1"))
        let resolved = try FunctionReference("f").resolved(account: account, region: region)
        #expect(resolved.description == "arn:aws:lambda:us-east-1:123456789012:function:f")
        let other = try FunctionReference("000000000000:function:f").resolved(account: account, region: region)
        #expect(other.account.description == "000000000000")
    }

    @Test func `a reference to another region is an error that names both`() throws {
        let account = try #require(AccountID("123456789012"))
        let region = try #require(Region("us-west-2"))
        let reference = try FunctionReference("arn:aws:lambda:us-east-1:123456789012:function:f")
        let error = #expect(throws: FunctionReferenceError.self) {
            try reference.resolved(account: account, region: region)
        }
        #expect(error?.description == "Functions from 'us-east-1' are not reachable in this region ('us-west-2')")
    }
}
