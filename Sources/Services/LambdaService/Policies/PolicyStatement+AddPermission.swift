internal import Domain
internal import LambdaModel
internal import ServiceKit

extension PolicyStatement {
    /// The statement that *AddPermission* adds, with Lambda's rules for its parameters.
    ///
    /// - Throws: `.invalidParameterValue` for an invalid principal, and for conditions that the action does not have.
    init(_ request: Lambda.AddPermissionRequest, on target: FunctionTarget) throws(ServiceError) {
        guard request.functionUrlAuthType == nil || request.action == "lambda:InvokeFunctionUrl" else {
            throw .invalidParameter("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")
        }
        guard request.invokedViaFunctionUrl == nil || request.action == "lambda:InvokeFunction" else {
            throw .invalidParameter("InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action")
        }
        let partition = target.function.region.partition
        guard let principal = PolicyPrincipal(parameter: request.principal, partition: partition) else {
            throw .invalidParameter("The provided principal was invalid. Please check the principal and try again.")
        }
        self.init(
            id: request.statementId, principal: principal, action: request.action, resource: target.arn.description,
            conditions: Self.conditions(request))
    }

    /// The conditions, in the order in which Lambda writes them.
    private static func conditions(_ request: Lambda.AddPermissionRequest) -> [PolicyCondition] {
        let all: [(PolicyCondition.Comparison, String, String?)] = [
            (.stringEquals, "AWS:SourceAccount", request.sourceAccount),
            (.stringEquals, "lambda:EventSourceToken", request.eventSourceToken),
            (.stringEquals, "lambda:FunctionUrlAuthType", request.functionUrlAuthType?.rawValue),
            (.stringEquals, "aws:PrincipalOrgID", request.principalOrgID),
            (.arnLike, "AWS:SourceArn", request.sourceArn),
            (.bool, "lambda:InvokedViaFunctionUrl", request.invokedViaFunctionUrl.map { "\($0)" }),
        ]
        return all.compactMap { comparison, key, value in
            value.map { PolicyCondition(comparison: comparison, key: key, value: $0) }
        }
    }
}
