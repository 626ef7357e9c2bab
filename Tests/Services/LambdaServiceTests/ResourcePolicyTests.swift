import Domain
import LambdaModel
import SeededRandom
import Testing

import ServiceKit

@testable import LambdaService

@Suite struct ResourcePolicyTests {
    private static let arn = "arn:aws:lambda:us-east-1:123456789012:function:thumbnails"
    private static let owner = AccountID("123456789012").unsafelyUnwrapped
    private static let other = AccountID("210987654321").unsafelyUnwrapped

    private func statement(
        _ id: String = "s", _ principal: PolicyPrincipal = .everyone, action: String = "lambda:InvokeFunction",
        resource: String = arn, _ conditions: PolicyCondition...
    ) -> PolicyStatement {
        PolicyStatement(id: id, principal: principal, action: action, resource: resource, conditions: conditions)
    }

    private func request(
        _ caller: Caller = Caller(account: other), action: String = "lambda:InvokeFunction", resource: String = arn
    ) -> PolicyRequest {
        PolicyRequest(caller: caller, action: action, resource: resource)
    }

    private func service(_ name: String, source: String? = nil, account: AccountID? = nil) -> Caller {
        Caller(account: Self.owner, principal: .service(name: name, sourceARN: source, sourceAccount: account))
    }

    private func session(of role: String, in account: AccountID = other) -> Caller {
        let arn = "arn:aws:sts::\(account):assumed-role/\(role)/session"
        return Caller(account: account, principal: .assumedRole(arn: arn, userID: "AROA:session"))
    }

    @Test func `a policy without statements allows nothing`() {
        #expect(!ResourcePolicy().allows(request()))
    }

    @Test func `one statement that allows is enough`() throws {
        var policy = ResourcePolicy()
        try policy.add(statement("one", .aws("arn:aws:iam::999999999999:root")))
        #expect(!policy.allows(request()))
        try policy.add(statement("two", .aws("arn:aws:iam::210987654321:root")))
        #expect(policy.allows(request()))
        try policy.remove("two")
        #expect(!policy.allows(request()))
    }

    @Test(arguments: [
        ("lambda:InvokeFunction", true), ("lambda:*", true), ("*", true), ("lambda:invokefunction", true),
        ("lambda:InvokeFunctionUrl", false), ("lambda:GetFunction", false), ("lambda:Invoke", false),
    ])
    func `an action is allowed by its name and by wildcards`(action: String, isAllowed: Bool) {
        #expect(statement(action: action).allows(request()) == isAllowed)
    }

    @Test func `a statement is for its resource only`() {
        #expect(!statement().allows(request(resource: Self.arn + ":1")))
        #expect(!statement(resource: Self.arn + ":live").allows(request()))
    }

    @Test(arguments: [
        ("123456789012", "aws-cn", PolicyPrincipal.aws("arn:aws-cn:iam::123456789012:root")),
        ("arn:aws:iam::123456789012:user/eve", "aws", .aws("arn:aws:iam::123456789012:user/eve")),
        ("arn:aws:sts::123456789012:assumed-role/r/s", "aws", .aws("arn:aws:sts::123456789012:assumed-role/r/s")),
        ("s3.amazonaws.com.cn", "aws-cn", .service("s3.amazonaws.com.cn")), ("*", "aws", .everyone),
    ])
    func `a principal is read in the partition of its region`(
        text: String, partition: String, principal: PolicyPrincipal
    ) {
        #expect(PolicyPrincipal(parameter: text, partition: partition) == principal)
    }

    @Test(arguments: [
        "", "**", "1234567890123", ".amazonaws.com", "a..amazonaws.com", "arn:aws:iam::123456789012:", "amazonaws.com",
        "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:group/g", "arn:x:iam::123456789012:root",
        "arn:aws:iam:us-east-1:123456789012:root", "arn:aws:sts::123456789012:root",
    ])
    func `what is no principal is none`(text: String) {
        #expect(PolicyPrincipal(parameter: text, partition: "aws") == nil)
    }

    @Test func `an account stands for all that are in it`() {
        let principal = PolicyPrincipal.aws("arn:aws:iam::210987654321:root")
        #expect(principal.matches(Caller(account: Self.other)))
        #expect(principal.matches(session(of: "painter")))
        #expect(!principal.matches(Caller(account: Self.owner)))
        #expect(!principal.matches(session(of: "painter", in: Self.owner)))
    }

    @Test func `a role stands for its sessions, whatever its path`() {
        for path in ["role/painter", "role/service-role/deep/painter"] {
            let principal = PolicyPrincipal.aws("arn:aws:iam::210987654321:\(path)")
            #expect(principal.matches(session(of: "painter")))
            #expect(!principal.matches(session(of: "sculptor")))
            #expect(!principal.matches(session(of: "painter", in: Self.owner)))
            #expect(!principal.matches(Caller(account: Self.other)))
        }
        let session = PolicyPrincipal.aws("arn:aws:sts::210987654321:assumed-role/painter/session")
        #expect(session.matches(self.session(of: "painter")))
    }

    @Test func `a service is let in by its own name, never as an account`() {
        #expect(PolicyPrincipal.service("s3.amazonaws.com").matches(service("s3.amazonaws.com")))
        #expect(!PolicyPrincipal.service("s3.amazonaws.com").matches(service("sns.amazonaws.com")))
        #expect(!PolicyPrincipal.service("s3.amazonaws.com").matches(Caller(account: Self.other)))
        #expect(!PolicyPrincipal.aws("arn:aws:iam::123456789012:root").matches(service("s3.amazonaws.com")))
        #expect(PolicyPrincipal.everyone.matches(service("s3.amazonaws.com")))
    }

    @Test func `every condition must hold`() {
        let statement = statement(
            "s", .service("s3.amazonaws.com"),
            PolicyCondition(comparison: .stringEquals, key: "AWS:SourceAccount", value: "123456789012"),
            PolicyCondition(comparison: .arnLike, key: "AWS:SourceArn", value: "arn:aws:s3:::pictures-*"))
        let name = "s3.amazonaws.com"
        #expect(statement.allows(request(service(name, source: "arn:aws:s3:::pictures-1", account: Self.owner))))
        #expect(!statement.allows(request(service(name, source: "arn:aws:s3:::films", account: Self.owner))))
        #expect(!statement.allows(request(service(name, source: "arn:aws:s3:::pictures-1", account: Self.other))))
        #expect(!statement.allows(request(service(name, source: "arn:aws:s3:::pictures-1"))))
        #expect(!statement.allows(request(service(name, account: Self.owner))))
    }

    @Test func `what a request does not have is not met`() {
        let keys = [
            "aws:PrincipalOrgID", "lambda:EventSourceToken", "lambda:FunctionUrlAuthType", "AWS:SourceArn", "aws:Else",
        ]
        for key in keys {
            let condition = PolicyCondition(comparison: .stringLike, key: key, value: "*")
            #expect(!statement("s", .everyone, condition).allows(request()), "\(key)")
        }
        let url = PolicyCondition(comparison: .bool, key: "lambda:InvokedViaFunctionUrl", value: "true")
        #expect(!statement("s", .everyone, url).allows(request()))
    }

    @Test(arguments: [
        ("arn:aws:s3:::b*", "arn:aws:s3:::bucket", true), ("arn:aws:sns:*:1:t?", "arn:aws:sns:us-east-1:1:t1", true),
        ("arn:aws:sns:*:t", "arn:aws:sns:us-east-1:1:t", false), ("*", "arn:aws:s3:::bucket", false),
        ("arn:*", "arn:aws:s3:::bucket", false), ("arn:aws:a:b:c:d:*", "arn:aws:a:b:c:d:e:f", true),
        ("arn:aws:s3:::bucket", "bucket", false),
    ])
    func `an ARN is compared part by part`(pattern: String, arn: String, isLike: Bool) {
        #expect(WildcardPattern.arn(pattern, matches: arn) == isLike)
    }

    @Test func `a policy that is read is the policy that was written`() throws {
        var policy = ResourcePolicy()
        let all = PolicyCondition.Comparison.allCases.map {
            PolicyCondition(comparison: $0, key: "key \"of\" \($0)", value: "line\nbreak")
        }
        try policy.add(statement("one", .aws("arn:aws:iam::210987654321:root")))
        try policy.add(statement("two", .service("s3.amazonaws.com"), all[0]))
        try policy.add(statement("three", .everyone, all[2]))
        let read = try ResourcePolicy(text: policy.text)
        #expect(read == policy)
        #expect(read.text == policy.text)
    }

    @Test func `conditions are read in the order in which they were written`() throws {
        let request = Lambda.AddPermissionRequest(
            functionName: "thumbnails", statementId: "s", action: "lambda:InvokeFunctionUrl", principal: "*",
            sourceArn: "arn:aws:s3:::bucket", functionUrlAuthType: .awsIam, sourceAccount: "123456789012",
            eventSourceToken: "token", principalOrgID: "o-1234567890")
        let id = try #require(FunctionARN(Self.arn)).function
        var policy = ResourcePolicy()
        try policy.add(try PolicyStatement(request, on: FunctionTarget(function: id, qualifier: nil)))
        #expect(try ResourcePolicy(text: policy.text).text == policy.text)
    }

    @Test(arguments: [
        "", "{}", #"{"Statement":{}}"#, #"{"Statement":[{}]}"#, #"{"Statement":[{"Effect":"Deny"}]}"#, "[]",
    ])
    func `a policy that was not written here is refused`(text: String) {
        #expect(throws: ResourcePolicy.Fault.self) { try ResourcePolicy(text: text) }
    }

    @Test func `a pattern finds what a slow and simple search finds`() {
        var generator = SeededGenerator(seed: 7)
        let letters = Array("ab*?")
        for _ in 0..<20_000 {
            let pattern = Self.random(letters, atMost: 6, &generator)
            let text = Self.random(Array(letters.prefix(2)), atMost: 7, &generator)
            let expected = Self.simple(Substring(pattern), Substring(text))
            #expect(WildcardPattern(pattern).matches(text) == expected, "\(pattern) \(text)")
        }
    }

    private static func random(
        _ letters: [Character], atMost limit: Int, _ generator: inout SeededGenerator
    ) -> String {
        String(
            (0..<Int.random(in: 0...limit, using: &generator)).map { _ in
                letters[Int.random(in: 0..<letters.count, using: &generator)]
            })
    }

    private static func simple(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return simple(pattern.dropFirst(), text) || !text.isEmpty && simple(pattern, text.dropFirst())
        }
        guard let letter = text.first, first == "?" || first == letter else { return false }
        return simple(pattern.dropFirst(), text.dropFirst())
    }
}
