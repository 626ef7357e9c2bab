/// How a call names a function: any form that the API accepts, merged with the call's `Qualifier` parameter.
///
/// The forms are `name`, `name:qualifier`, `function:name`, `123456789012:function:name`,
/// `us-east-1:123456789012:function:name` and the full ARN, each with an optional qualifier.
/// Source: the pattern of `FunctionName` in <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
public struct FunctionReference: Hashable, Sendable {
    /// The account, when the reference names one.
    public let account: AccountID?
    /// The region, when the reference names one.
    public let region: Region?
    /// The function's name.
    public let name: FunctionName
    /// The version or alias, from the reference or the parameter.
    public let qualifier: Qualifier?

    /// Parses a reference.
    ///
    /// - Parameters:
    ///   - text: The value of the API's `FunctionName`.
    ///   - parameter: The value of the API's `Qualifier`, when the call has one.
    /// - Throws: `.malformed` when the text has none of the forms, `.invalidQualifier`, and `.qualifiersDiffer` when
    ///   text and parameter name different qualifiers.
    public init(_ text: String, qualifier parameter: String? = nil) throws(FunctionReferenceError) {
        guard let parts = FunctionReferenceParts(text), let name = FunctionName(parts.name) else {
            throw .malformed(text)
        }
        let inText = try Self.parse(parts.qualifier)
        let asParameter = try Self.parse(parameter.map { $0[...] })
        if let inText, let asParameter, inText != asParameter { throw .qualifiersDiffer }
        account = parts.account
        region = parts.region
        self.name = name
        qualifier = inText ?? asParameter
    }

    /// The function that the reference means to a caller in `account` and `region`.
    ///
    /// A reference may name another account; the function's policy decides whether the caller may use it.
    ///
    /// - Throws: `.otherRegion` when the reference names a region that is not the one that was called.
    public func resolved(account: AccountID, region: Region) throws(FunctionReferenceError) -> FunctionID {
        if let named = self.region, named != region { throw .otherRegion(named: named, called: region) }
        return FunctionID(account: self.account ?? account, region: region, name: name)
    }

    private static func parse(_ text: Substring?) throws(FunctionReferenceError) -> Qualifier? {
        guard let text else { return nil }
        guard let qualifier = Qualifier(text) else { throw .invalidQualifier(String(text)) }
        return qualifier
    }
}

/// Why a function reference is invalid. `description` is AWS's own message, where it is known.
public enum FunctionReferenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text has none of the accepted forms, or the name in it is too long.
    case malformed(String)
    /// The qualifier is neither a version nor an alias name.
    case invalidQualifier(String)
    /// The name carries one qualifier and the parameter another (`InvalidParameterValueException`).
    case qualifiersDiffer
    /// The reference names a region other than the one that was called (`ResourceNotFoundException`).
    case otherRegion(named: Region, called: Region)

    /// A sentence for the caller.
    public var description: String {
        switch self {
        case .malformed(let text): "'\(text)' is not a function name, a partial ARN or a function ARN"
        case .invalidQualifier(let text): "'\(text)' is not a version or an alias"
        case .qualifiersDiffer: "The derived qualifier from the function name does not match the specified qualifier."
        case .otherRegion(let named, let called):
            "Functions from '\(named)' are not reachable in this region ('\(called)')"
        }
    }
}
