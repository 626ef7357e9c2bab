/// A function's name: characters of `[a-zA-Z0-9-_]`.
///
/// No function has a name of more than 64 characters. Requests may still name one of up to 140, which is not found; so
/// the limit of 64 is *CreateFunction*'s.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>, `FunctionName`.
public struct FunctionName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Takes a name as it is; `nil` when it is empty, too long or has other characters.
    public init?(_ text: some StringProtocol) {
        guard text.isName(maximumCount: LambdaLimits.functionReferenceCharacters) else { return nil }
        description = String(text)
    }

    /// Orders names by their bytes, as lists of functions do.
    public static func < (left: FunctionName, right: FunctionName) -> Bool { left.description < right.description }
}
