import Testing

@testable import Domain

struct IdentityARNTests {
    @Test(arguments: [
        ("arn:aws:iam::123456789012:role/r", "/", "r"), ("arn:aws:iam::123456789012:role/a/b/r", "/a/b/", "r"),
        ("arn:aws:iam::123456789012:role/service-role/r:x", "/service-role/", "r:x"),
    ])
    func `a role's ARN is an account, a path and a name`(text: String, path: String, name: String) throws {
        let arn = try #require(RoleARN(text))
        #expect((arn.account.description, arn.path, arn.name) == ("123456789012", path, name))
        #expect(arn.description == text)
        #expect(arn.session("s") == "arn:aws:sts::123456789012:assumed-role/\(name)/s")
    }

    @Test(arguments: [
        "", "r", "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:role", "arn:aws:iam::1:role/r",
        "arn:aws:iam:us-east-1:123456789012:role/r", "arn:aws:iam::aws:role/r", "arn:aws:iam::123456789012:policy/r",
        "arn:aws:sts::123456789012:role/r", "arn:aws:iam::123456789012:roler/r", "arn:x:iam::123456789012:role/r",
        "arn:aws:iam::123456789012:role/a/",
    ])
    func `a text that is not a role's ARN is refused`(text: String) {
        #expect(RoleARN(text) == nil)
    }

    @Test func `a policy is an account's or AWS's own`() throws {
        let own = try #require(PolicyARN("arn:aws:iam::123456789012:policy/team/p"))
        #expect((own.account?.description, own.path, own.name) == ("123456789012", "/team/", "p"))
        let aws = try #require(PolicyARN("arn:aws:iam::aws:policy/service-role/p"))
        #expect((aws.account, aws.path, aws.name) == (nil, "/service-role/", "p"))
        #expect(aws.description == "arn:aws:iam::aws:policy/service-role/p")
        #expect(PolicyARN("arn:aws:iam::someone:policy/p") == nil)
    }
}
