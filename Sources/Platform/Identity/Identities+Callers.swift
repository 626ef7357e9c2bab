package import AWSModel
internal import Domain

extension Identities {
    /// Tells who calls.
    ///
    /// Source: *GetCallerIdentity* in the STS API reference.
    package func getCallerIdentity(
        _ request: STS.GetCallerIdentityRequest, _ context: RequestContext
    ) throws(IdentityError) -> STS.GetCallerIdentityResponse {
        STS.GetCallerIdentityResponse(
            userId: context.account.description, account: context.account.description,
            arn: "arn:aws:iam::\(context.account):root")
    }
}
