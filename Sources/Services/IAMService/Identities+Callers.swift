internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import IAMModel
internal import LinuxSystem
internal import STSModel

extension Identities {
    /// Tells who calls.
    ///
    /// Source: *GetCallerIdentity* in the STS API reference.
    func getCallerIdentity(
        _ request: STS.GetCallerIdentityRequest, _ context: RequestContext
    ) throws(ServiceError) -> STS.GetCallerIdentityResponse {
        let caller = context.caller
        return STS.GetCallerIdentityResponse(
            userId: caller.userID, account: caller.account.description, arn: caller.arn)
    }

    /// Begins a session of a role that is stored here. Who is not in the role's account, and every service, needs its
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
            account: arn.account, arn: session, userID: userID, nowSeconds: WallClock.nowMilliseconds() / 1000,
            durationSeconds: Int64(seconds))
        return STS.AssumeRoleResponse(
            credentials: STS.Credentials(issued),
            assumedRoleUser: STS.AssumedRoleUser(assumedRoleId: userID, arn: session),
            sourceIdentity: request.sourceIdentity)
    }

    /// The role behind an ARN. One that is not here is answered as one that the caller may not assume.
    private func assumable(
        _ arn: RoleARN, externalID: String?, _ context: RequestContext
    ) throws(ServiceError) -> RoleDocument {
        let record = try keeping { try catalog.entity(EntityID(.role, account: arn.account, name: arn.name)) }
        guard let record, record.path == arn.path else { throw .denied(context, arn.description) }
        let document: RoleDocument = try read(record)
        guard !context.caller.owns(arn.account) else { return document }
        let trust = try PolicyText(trust: document.role.assumeRolePolicyDocument ?? "")
        let request = TrustRequest(caller: context.caller, externalID: externalID, partition: context.region.partition)
        guard trust.trusts(request) else { throw .denied(context, arn.description) }
        return document
    }

    /// A session may be as long as its role says, and no longer than an hour where another role begins it.
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
    /// Refuses to services what is for accounts: everything of IAM.
    ///
    /// - Throws: `.accessDenied`.
    func refuseServices() throws(ServiceError) {
        guard case .service = caller.principal else { return }
        throw .denied(self, "*")
    }
}

extension ServiceError {
    /// A caller that is not let in.
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
