internal import ServiceKit
internal import Catalog
internal import Domain

/// Decides whether a caller may do what it asks of a function or a layer version.
struct FunctionAuthorizer: Sendable {
    let store: LambdaStore
    let policies: PolicyCache

    /// Whether a caller may do what it asks of a function: its owner everything, others what the policy of exactly this
    /// version, alias, or unqualified function allows.
    ///
    /// Nothing is read for the owner. For others a policy is read once, and after its changes.
    ///
    /// - Throws: `.accessDenied`, also where there is no such function: who may not look is not told.
    func authorize(_ target: FunctionTarget, _ context: RequestContext) throws(ServiceError) {
        guard !context.caller.owns(target.function.account) else { return }
        let request = PolicyRequest(
            caller: context.caller, action: context.action, resource: target.arn.description)
        guard CrossAccountActions.all.contains(request.action), let policy = try policy(of: target),
            policy.allows(request)
        else { throw .denied(request) }
    }

    /// Whether ``authorize(_:_:)-(FunctionTarget,_)`` can decide from memory.
    func isDecidable(_ target: FunctionTarget, _ context: RequestContext) -> Bool {
        context.caller.owns(target.function.account) || policies.known(target) != nil
    }

    private func policy(of target: FunctionTarget) throws(ServiceError) -> ResourcePolicy? {
        try policies.policy(of: target) { () throws(ServiceError) in
            try store.read { rows in
                guard let function = try rows.function(target.function) else { return nil }
                return try FunctionPolicies.policy(of: function, target.settingQualifier, rows)
            }
        }
    }

    /// Whether a caller may do what it asks of a layer version: its owner everything, others what its policy allows.
    ///
    /// - Parameter action: What it asks for, as policies name it.
    /// - Throws: `.accessDenied`, also where there is no such version, and for layers of another region than is called.
    func authorize(
        _ arn: LayerVersionARN, _ action: String, _ context: RequestContext
    ) throws(ServiceError) {
        let request = PolicyRequest(caller: context.caller, action: action, resource: arn.description)
        guard arn.layer.region == context.region else { throw .denied(request) }
        guard !context.caller.owns(arn.layer.account) else { return }
        let policy = try store.read { rows in try LayerPolicies.policy(of: arn, rows)?.policy }
        guard action == LayerPolicyRules.action, let policy, policy.allows(request) else { throw .denied(request) }
    }
}

extension RequestContext {
    /// Refuses what no policy can allow to a service: everything that is not done with one function or layer version.
    ///
    /// - Throws: `.accessDenied`.
    func admit() throws(ServiceError) {
        guard case .service = caller.principal, !CrossAccountActions.all.contains(action),
            !["lambda:GetLayerVersion", "lambda:GetLayerVersionByArn"].contains(action)
        else { return }
        throw .denied(PolicyRequest(caller: caller, action: action, resource: "*"))
    }
}

extension ServiceError {
    /// A caller that is not let in.
    static func denied(_ request: PolicyRequest) -> ServiceError {
        ServiceError(
            .accessDenied,
            "User: \(request.caller.arn) is not authorized to perform: \(request.action) on resource: "
                + "\(request.resource) because no resource-based policy allows the \(request.action) action")
    }
}
