internal import Domain

/// A function, or one version or alias of it, as a caller named it.
struct FunctionTarget: Hashable, Sendable {
    /// The function.
    let function: FunctionID
    /// The version or alias, where the caller named one.
    let qualifier: Qualifier?

    /// The ARN, with the caller's own qualifier.
    var arn: FunctionARN { FunctionARN(function, qualifier: qualifier) }
    /// The qualifier in the rows of settings; empty where there is none.
    var settingQualifier: String { qualifier?.description ?? "" }
}
