import SeededRandom
import Testing

@testable import IAMModel
@testable import STSModel
@testable import AWSProtocol

/// Whatever arrives, the answer is an operation's result or an error, in XML that can be read; nothing traps.
struct QueryFuzzTests {
    @Test func `no form can do worse than an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for dispatcher in [iam(), sts()] {
            let service = dispatcher.service
            for operation in service.operations {
                let value = random.value(of: operation.input)
                let form = QueryForms.write(
                    value, as: operation.input, action: operation.name, version: service.apiVersion)
                for _ in 0..<60 {
                    let request = request(random.mutated(Array(form.utf8)), &random)
                    try check(dispatcher.respond(to: request, context: ()), "seed \(seed), \(operation.name)")
                }
            }
        }
    }

    @Test func `no bytes can do worse than an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let dispatcher = iam()
        for _ in 0..<3000 {
            let noise = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: .min ... .max, using: &random)
                    : Array("Tags.member.1.Key=%2&+".utf8).randomElement(using: &random) ?? 0
            }
            let prefix = Array("Action=TagRole&Version=2010-05-08&RoleName=r&Tags.".utf8)
            for body in [noise, prefix + noise] {
                try check(dispatcher.respond(to: request(body, &random), context: ()), "seed \(seed)")
            }
        }
    }

    @Test func `names of many parts and forms of many parameters are no burden`() throws {
        let dispatcher = iam()
        let action = "Action=CreateRole&Version=2010-05-08&"
        for hostile in [
            String(repeating: "Tags.member.1.", count: 50_000) + "Key=x",
            (1...100_000).map { "Tags.member.\($0).Key=x" }.joined(separator: "&"),
            String(repeating: "&", count: 1_000_000), "Tags.member.99999999999999999999.Key=x",
            "Tags.member.-1.Key=x", String(repeating: "=", count: 100_000),
        ] {
            let request = AWSRequest(method: "POST", rawPath: "/", body: Array((action + hostile).utf8))
            let response = dispatcher.respond(to: request, context: ())
            try check(response, String(hostile.prefix(40)))
            #expect(response.status == 400)
        }
    }

    private func check(_ response: AWSResponse, _ comment: String) throws {
        let tree = try XMLTree(response.body)
        #expect((200...599).contains(response.status), "\(comment)")
        if response.status >= 400 {
            #expect(tree["Error"]?["Code"]?.text.isEmpty == false, "\(comment)")
        } else {
            #expect(tree["ResponseMetadata"]?["RequestId"]?.text == "id", "\(comment)")
        }
    }

    private func request(_ form: [UInt8], _ random: inout SeededGenerator) -> AWSRequest {
        if Bool.random(using: &random) {
            return AWSRequest(method: "POST", rawPath: "/", body: form, requestID: "id")
        }
        return AWSRequest(
            method: "GET", rawPath: "/", rawQuery: String(decoding: form, as: UTF8.self), requestID: "id")
    }

    private func iam() -> ServiceDispatcher<Void> {
        var dispatcher = ServiceDispatcher<Void>(IAM.service)
        dispatcher.handle(IAM.createRole) { (input, _) in
            IAM.CreateRoleResponse(
                role: IAM.Role(
                    path: input.path ?? "/", roleName: input.roleName, roleId: "", arn: "",
                    createDate: Timestamp(secondsSinceEpoch: 0), description: input.description, tags: input.tags))
        }
        dispatcher.handle(IAM.tagRole) { (_, _) in NoMembers() }
        dispatcher.handle(IAM.listRoles) { (input, _) in
            IAM.ListRolesResponse(roles: [], isTruncated: true, marker: input.marker)
        }
        dispatcher.handle(IAM.getRolePolicy) { (input, _) in
            IAM.GetRolePolicyResponse(
                roleName: input.roleName, policyName: input.policyName, policyDocument: input.policyName)
        }
        return dispatcher
    }

    private func sts() -> ServiceDispatcher<Void> {
        var dispatcher = ServiceDispatcher<Void>(STS.service)
        dispatcher.handle(STS.assumeRole) { (input, _) in
            STS.AssumeRoleResponse(sourceIdentity: input.roleSessionName)
        }
        dispatcher.handle(STS.getCallerIdentity) { (_, _) in STS.GetCallerIdentityResponse() }
        return dispatcher
    }
}
