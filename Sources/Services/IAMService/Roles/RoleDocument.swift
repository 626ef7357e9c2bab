internal import AWSProtocol
internal import IAMModel

/// The row of a role: its description and its inline policies. Its managed policies are attachments, which are rows of
/// their own.
struct RoleDocument: AWSStructure {
    /// The role, with its trust policy as it was sent.
    var role: IAM.Role
    /// The inline policies, by name.
    var policies: [IAM.GetRolePolicyResponse]

    static let schema = Schema(
        "RoleDocument",
        .structure([
            Schema.Member("Role", IAM.Role.schema, isRequired: true),
            Schema.Member("Policies", Schema("Policies", .list { IAM.GetRolePolicyResponse.schema })),
        ]))

    init(role: IAM.Role) {
        self.role = role
        policies = []
    }

    init(awsValue: AWSValue) {
        let members = MemberValues(awsValue)
        role = members("Role") ?? IAM.Role(awsValue: .null)
        policies = members("Policies") ?? []
    }

    var awsValue: AWSValue {
        var members = MemberValues()
        members.set("Role", role)
        members.set("Policies", policies)
        return members.awsValue
    }

    /// The role as *GetRole* returns it.
    ///
    /// - Parameter boundary: The ARN of the policy that bounds its permissions.
    func described(boundary: String?) -> IAM.Role {
        var answer = listed
        answer.tags = role.tags.flatMap { $0.isEmpty ? nil : $0 }
        answer.permissionsBoundary = boundary.map(Self.boundary)
        answer.roleLastUsed = IAM.RoleLastUsed()
        return answer
    }

    /// The role as *ListRoles* returns it: without tags, boundary and last use.
    ///
    /// Source: *ListRoles* in the IAM API reference.
    var listed: IAM.Role {
        var answer = role
        answer.assumeRolePolicyDocument = role.assumeRolePolicyDocument.map(PercentEncoding.encode)
        answer.tags = nil
        return answer
    }

    private static func boundary(_ arn: String) -> IAM.AttachedPermissionsBoundary {
        // AWS answers `Policy` here; its own model has `PermissionsBoundaryPolicy`.
        IAM.AttachedPermissionsBoundary(
            permissionsBoundaryType: IAM.PermissionsBoundaryAttachmentType(rawValue: "Policy"),
            permissionsBoundaryArn: arn)
    }
}
