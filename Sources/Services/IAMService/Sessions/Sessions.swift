internal import ServiceKit
internal import AWSProtocol
internal import Domain
internal import IAMModel
internal import STSModel

/// Sessions of roles, and who the caller is: STS.
struct Sessions: Sendable {
    let store: IAMStore
    let credentials: TemporaryCredentials
    let clock: IAMClock

    /// Returns the caller's identity.
    ///
    /// Source: *GetCallerIdentity* in the STS API reference.
    func getCallerIdentity(
        _ request: STS.GetCallerIdentityRequest, _ context: RequestContext
    ) throws(ServiceError) -> STS.GetCallerIdentityResponse {
        let caller = context.caller
        return STS.GetCallerIdentityResponse(
            userId: caller.userID, account: caller.account.description, arn: caller.arn)
    }

    /// Starts a session of a stored role. Services, and callers of other accounts, need the permission of the role's
    /// trust policy.
    ///
    /// Source: *AssumeRole* in the STS API reference.
    func assumeRole(
        _ request: STS.AssumeRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> STS.AssumeRoleResponse {
        guard let arn = RoleARN(request.roleArn) else {
            throw ServiceError(.validation, "\(request.roleArn.prefix(2048)) is invalid")
        }
        if let policy = request.policy, !Array(policy.utf8).withUnsafeBytes(JSONValidator.isValid) {
            throw .malformed("The policy is not in the valid JSON format.")
        }
        let role = try assumable(arn, externalID: request.externalId, context).role
        let seconds = request.durationSeconds ?? IdentityLimits.sessionSeconds
        try checkSession(seconds, of: role, context)
        let session = arn.session(request.roleSessionName)
        let userID = "\(role.roleId):\(request.roleSessionName)"
        let issued = credentials.issue(
            account: arn.account, arn: session, userID: userID, nowSeconds: clock.nowSeconds,
            durationSeconds: Int64(seconds))
        return STS.AssumeRoleResponse(
            credentials: STS.Credentials(issued),
            assumedRoleUser: STS.AssumedRoleUser(assumedRoleId: userID, arn: session),
            sourceIdentity: request.sourceIdentity)
    }

    /// The role with an ARN. A missing role is refused like one that the caller may not assume, so that callers cannot
    /// find out which roles exist.
    private func assumable(
        _ arn: RoleARN, externalID: String?, _ context: RequestContext
    ) throws(ServiceError) -> RoleDocument {
        guard let document = try store.role(arn) else { throw .denied(context, arn.description) }
        guard !context.caller.owns(arn.account) else { return document }
        let trust = try PolicyText(trust: document.role.assumeRolePolicyDocument ?? "")
        let request = TrustRequest(caller: context.caller, externalID: externalID, partition: context.region.partition)
        guard trust.trusts(request) else { throw .denied(context, arn.description) }
        return document
    }

    /// Checks the duration: at most what the role allows, and at most one hour where a role session starts it.
    ///
    /// Source: *DurationSeconds* of *AssumeRole* in the STS API reference.
    private func checkSession(
        _ seconds: Int, of role: IAM.Role, _ context: RequestContext
    ) throws(ServiceError) {
        if case .assumedRole = context.caller.principal, seconds > IdentityLimits.sessionSeconds {
            throw ServiceError(
                .validation,
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
        }
        guard seconds <= role.maxSessionDuration ?? IdentityLimits.sessionSeconds else {
            throw ServiceError(
                .validation, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
    }
}

extension RequestContext {
    /// Refuses callers that are AWS services: IAM's operations are for accounts.
    ///
    /// - Throws: `.accessDenied`.
    func refuseServices() throws(ServiceError) {
        guard case .service = caller.principal else { return }
        throw .denied(self, "*")
    }
}

extension ServiceError {
    /// The caller is not authorized.
    fileprivate static func denied(_ context: RequestContext, _ resource: String) -> ServiceError {
        ServiceError(
            .accessDenied,
            "User: \(context.caller.arn) is not authorized to perform: \(context.action) on resource: \(resource)")
    }
}

extension STS.Credentials {
    fileprivate init(_ issued: TemporaryCredentials.Issued) {
        self.init(
            accessKeyId: issued.accessKeyID, secretAccessKey: issued.secretAccessKey,
            sessionToken: issued.sessionToken,
            expiration: Timestamp(secondsSinceEpoch: Double(issued.expiresSeconds)))
    }
}
