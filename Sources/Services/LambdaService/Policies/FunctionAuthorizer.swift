internal import Catalog
internal import Domain
internal import ServiceKit

/// Decides whether a caller may do what it requests with a function or a layer version.
struct FunctionAuthorizer: Sendable {
    private let store: LambdaStore
    private let policies: PolicyCache

    init(store: LambdaStore, policies: PolicyCache) {
        self.store = store
        self.policies = policies
    }

    /// Authorizes a request for a function: its owner may do everything, others what the policy of exactly this
    /// version, alias, or unqualified function allows.
    ///
    /// Nothing is read for the owner. For others a policy is read once, and again after each change.
    ///
    /// - Throws: `.accessDenied`, also where there is no such function: the error must not reveal which functions
    ///   exist.
    func authorize(_ target: FunctionTarget, _ context: RequestContext) throws(ServiceError) {
        if let known = knownDecision(on: target, context) { return try known.get() }
        let policy = try policies.policy(of: target) { () throws(ServiceError) in
            try store.read { rows in
                guard let function = try rows.function(target.function) else { return nil }
                return try FunctionPolicies.policy(of: function, target.settingQualifier, rows)
            }
        }
        try Self.decision(on: Self.request(target, context), by: policy).get()
    }

    /// The decision of ``authorize(_:_:)-(FunctionTarget,_)`` from memory; `nil` where the policy has to be read. Does
    /// not wait.
    func knownDecision(on target: FunctionTarget, _ context: RequestContext) -> Result<Void, ServiceError>? {
        guard !context.caller.owns(target.function.account) else { return .success(()) }
        let request = Self.request(target, context)
        guard CrossAccountActions.all.contains(request.action) else { return .failure(.denied(request)) }
        return policies.known(target).map { Self.decision(on: request, by: $0) }
    }

    private static func request(_ target: FunctionTarget, _ context: RequestContext) -> PolicyRequest {
        PolicyRequest(caller: context.caller, action: context.action, resource: target.arn.description)
    }

    private static func decision(
        on request: PolicyRequest, by policy: ResourcePolicy?
    ) -> Result<Void, ServiceError> {
        policy?.allows(request) == true ? .success(()) : .failure(.denied(request))
    }

    /// Authorizes a request for a layer version: its owner may do everything, others what its policy allows.
    ///
    /// - Parameter action: the requested action, as policies name it.
    /// - Throws: `.accessDenied`, also where there is no such version, and for layers of another region than the
    ///   request's.
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
    /// Refuses requests of services that no policy can allow: all that do not concern one function or layer version.
    ///
    /// - Throws: `.accessDenied`.
    func admit() throws(ServiceError) {
        guard case .service = caller.principal, !CrossAccountActions.all.contains(action),
            !["lambda:GetLayerVersion", "lambda:GetLayerVersionByArn"].contains(action)
        else { return }
        throw .denied(PolicyRequest(caller: caller, action: action, resource: "*"))
    }
}
