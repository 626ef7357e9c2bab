internal import Domain
internal import ServiceKit

extension FunctionReference {
    /// The function of the caller's own that a name or an ARN, in any form that Invoke takes, is for, whether it is
    /// there or not. A version or alias in it does not matter.
    static func ownFunction(_ text: String, _ context: RequestContext) throws(ServiceError) -> FunctionID {
        // Whatever is wrong with it, the answer is the same.
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
