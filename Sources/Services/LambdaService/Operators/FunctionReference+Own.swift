internal import Domain
internal import ServiceKit

extension FunctionReference {
    /// Resolves a name or ARN, in any form that Invoke accepts, to a function of the caller's account and region, which
    /// need not exist. A version or alias in it is ignored.
    static func ownFunction(_ text: String, _ context: RequestContext) throws(ServiceError) -> FunctionID {
        // Every malformed reference gets the same error.
        guard let reference = try? FunctionReference(text) else {
            throw .invalidParameter("'\(text.prefix(200))' is neither the name of a function nor its ARN.")
        }
        let function = FunctionID(
            account: reference.account ?? context.account, region: reference.region ?? context.region,
            name: reference.name)
        guard function.account == context.account, function.region == context.region else {
            throw ServiceError(
                .accessDenied, "\(function) is not a function of account \(context.account) in \(context.region).")
        }
        return function
    }
}
