internal import Domain
internal import ServiceKit

/// Resolves the names and ARNs by which requests refer to functions, and authorizes the requests.
struct FunctionResolver: Sendable {
    let authorizer: FunctionAuthorizer

    /// Resolves a reference to a function, and authorizes the request.
    ///
    /// - Throws: `.accessDenied` for a function of another account, unless its policy allows the request.
    func resolve(
        _ name: String, _ qualifier: String? = nil, _ context: RequestContext
    ) throws(ServiceError) -> FunctionTarget {
        let target = try parse(name, qualifier, context)
        try authorizer.authorize(target, context)
        return target
    }

    /// Resolves a reference to a function, without authorization.
    func parse(
        _ name: String, _ qualifier: String?, _ context: RequestContext
    ) throws(ServiceError) -> FunctionTarget {
        do throws(FunctionReferenceError) {
            let reference = try FunctionReference(name, qualifier: qualifier)
            return FunctionTarget(
                function: try reference.resolved(account: context.account, region: context.region),
                qualifier: reference.qualifier)
        } catch {
            throw Self.refusal(error, of: name, context)
        }
    }

    /// Resolves a reference to a function where a qualifier is not allowed: *CreateFunction*, *CreateAlias* and others.
    func resolveUnqualified(_ name: String, _ context: RequestContext) throws(ServiceError) -> FunctionID {
        let target = try resolve(name, nil, context)
        guard target.qualifier == nil else {
            throw .invalidParameter("The function name \(name) must not have a qualifier.")
        }
        return target.function
    }

    private static func refusal(
        _ error: FunctionReferenceError, of name: String, _ context: RequestContext
    ) -> ServiceError {
        switch error {
        case .otherRegion: ServiceError(.resourceNotFound, error.description)
        case .invalidQualifier(let text): unknownQualifier(text, of: name, context)
        case .malformed, .qualifiersDiffer: .invalidParameter(error.description)
        }
    }

    /// The model admits more qualifiers than versions and aliases can have: `007`, `a$b`. There is no such version.
    private static func unknownQualifier(
        _ text: String, of name: String, _ context: RequestContext
    ) -> ServiceError {
        let error = FunctionReferenceError.invalidQualifier(text)
        do throws(FunctionReferenceError) {
            // Apart from `$`, a qualifier has the characters of aliases' names.
            guard text.split(separator: "$").allSatisfy({ AliasName("a\($0)") != nil }) else { throw error }
            let bare = name.hasSuffix(":\(text)") ? String(name.dropLast(text.count + 1)) : name
            let function = try FunctionReference(bare).resolved(account: context.account, region: context.region)
            return ServiceError(.resourceNotFound, "Function not found: \(function):\(text)")
        } catch {
            return .invalidParameter(error.description)
        }
    }
}
