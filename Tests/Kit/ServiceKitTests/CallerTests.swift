import Domain
import Testing

@testable import ServiceKit

@Suite struct CallerTests {
    private let account = AccountID("123456789012").unsafelyUnwrapped

    private func function(role: String) throws -> Caller {
        let name = try #require(FunctionName("thumbnails"))
        let region = try #require(Region("eu-west-1"))
        return .function(FunctionID(account: account, region: region, name: name), role: role)
    }

    @Test func `an account is its root user`() {
        #expect(Caller(account: account).arn == "arn:aws:iam::123456789012:root")
        #expect(Caller(account: account).userID == "123456789012")
    }

    @Test func `a function acts in a session of its role that has its name`() throws {
        let caller = try function(role: "arn:aws:iam::123456789012:role/service-role/painter")
        #expect(caller.arn == "arn:aws:sts::123456789012:assumed-role/painter/thumbnails")
        #expect(caller.userID.hasPrefix("AROA") && caller.userID.hasSuffix(":thumbnails"))
        #expect(try function(role: "arn:aws-cn:iam::123456789012:role/p").arn.hasPrefix("arn:aws-cn:sts::"))
    }

    @Test(arguments: ["", "painter", "arn:aws:iam::123456789012:user/painter", "arn:aws:iam::123456789012:role/"])
    func `a function without a readable role acts as its account`(role: String) throws {
        #expect(try function(role: role) == Caller(account: account))
    }

    @Test func `a service is named as policies name it`() {
        let principal = Caller.Principal.service(name: "s3.amazonaws.com", sourceARN: nil, sourceAccount: nil)
        #expect(Caller(account: account, principal: principal).arn == "s3.amazonaws.com")
    }

    @Test(arguments: [
        ("s3.amazonaws.com", true), ("edgelambda.lambda.amazonaws.com", true), ("ec2.amazonaws.com.cn", true),
        ("alexa-appkit.amazon.com", true), ("amazon.com", false), ("amazonaws.com", false), (".amazonaws.com", false),
        ("S3.amazonaws.com", false), ("s3.amazonaws.org", false),
        ("a..amazonaws.com", false), ("a b.amazonaws.com", false), ("test", false),
    ])
    func `names of services are told from other access keys`(name: String, isService: Bool) {
        #expect(Caller.isServicePrincipal(name) == isService)
    }
}
