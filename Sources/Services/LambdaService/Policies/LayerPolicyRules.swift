internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The statements that policies of layer versions may have.
enum LayerPolicyRules {
    /// The only action: to read the layer version, and to attach it to functions.
    ///
    /// Source: *AddLayerVersionPermission* in the Lambda API reference.
    static let action = "lambda:GetLayerVersion"

    /// The statement that *AddLayerVersionPermission* adds.
    static func statement(
        _ request: Lambda.AddLayerVersionPermissionRequest, on arn: LayerVersionARN
    ) throws(ServiceError) -> PolicyStatement {
        let partition = arn.layer.region.partition
        guard let principal = PolicyPrincipal(parameter: request.principal, partition: partition) else {
            throw .invalidParameter("The provided principal was invalid. Please check the principal and try again.")
        }
        if request.organizationId != nil, principal != .everyone {
            throw .invalidParameter("OrganizationId can only be used with a Principal of *.")
        }
        let organization = request.organizationId.map {
            PolicyCondition(comparison: .stringEquals, key: "aws:PrincipalOrgID", value: $0)
        }
        return PolicyStatement(
            id: request.statementId, principal: principal, action: request.action, resource: arn.description,
            conditions: organization.map { [$0] } ?? [])
    }
}
