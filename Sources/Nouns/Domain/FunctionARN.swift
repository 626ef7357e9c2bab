/// A function's ARN, with or without a qualifier:
/// `arn:aws:lambda:us-east-1:123456789012:function:my-function:PROD`.
public struct FunctionARN: Hashable, Sendable, CustomStringConvertible {
    /// The function.
    public let function: FunctionID
    /// The version or alias, when the ARN names one.
    public let qualifier: Qualifier?

    /// Names a function, or one version or alias of it.
    public init(_ function: FunctionID, qualifier: Qualifier? = nil) {
        self.function = function
        self.qualifier = qualifier
    }

    /// Parses a full ARN; `nil` for anything else. `FunctionReference` parses the shorter forms.
    public init?(_ text: some StringProtocol) {
        guard let arn = LambdaARN(text), (2...3).contains(arn.resource.count), arn.resource[0] == "function",
            let name = FunctionName(arn.resource[1])
        else { return nil }
        function = FunctionID(account: arn.account, region: arn.region, name: name)
        guard arn.resource.count == 3 else {
            qualifier = nil
            return
        }
        guard let qualifier = Qualifier(arn.resource[2]) else { return nil }
        self.qualifier = qualifier
    }

    /// The ARN as text.
    public var description: String {
        let suffix = qualifier.map { ":\($0)" } ?? ""
        return LambdaARN.format(function.region, function.account, "function:\(function.name)\(suffix)")
    }
}
