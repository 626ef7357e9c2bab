import Domain
import Testing

@testable import LambdaService

@Suite struct EventScopeTests {
    private let account = AccountID("111122223333")
    private let region = Region("us-east-1")

    private static let own = "arn:aws:lambda:us-east-1:111122223333:function:f"

    @Test(arguments: [
        (own, true), (own + ":$LATEST", true), (own + ":live", true),
        ("arn:aws:lambda:us-east-1:111122223333:function:f2", true),
        ("arn:aws:lambda:us-east-1:999999999999:function:f", false),
        ("arn:aws:lambda:eu-west-1:111122223333:function:f", false),
        ("arn:aws:sqs:us-east-1:111122223333:queue", true), ("arn:aws:sqs:us-east-1:999999999999:queue", false),
        ("arn:aws:sqs:eu-west-1:111122223333:queue", false),
        ("arn:aws:s3:::bucket", false), ("nonsense", false),
    ])
    func `an account sees its own targets in its region`(target: String, isSeen: Bool) {
        #expect(EventScope(account: account, region: region).covers(target) == isSeen)
    }

    @Test(arguments: [
        (own, true), (own + ":live", true), (own + "2", false), ("arn:aws:sqs:us-east-1:111122223333:f", false),
        ("arn:aws:s3:::f", false),
    ])
    func `a function's events are those of its versions and aliases`(target: String, isSeen: Bool) {
        let scope = EventScope(account: account, region: region, function: FunctionName("f"))
        #expect(scope.covers(target) == isSeen)
    }

    @Test func `a scope of all accounts has targets of none`() {
        #expect(EventScope().covers("arn:aws:s3:::bucket"))
        #expect(EventScope().covers(Self.own))
    }
}
