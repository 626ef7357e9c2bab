/// A function's name: 1–64 characters of `[a-zA-Z0-9-_]`.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>, `FunctionName`.
public struct FunctionName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Takes a name as it is; `nil` when it is empty, too long or has other characters.
    public init?(_ text: some StringProtocol) {
        guard text.isName(maximumCount: LambdaLimits.functionNameCharacters) else { return nil }
        description = String(text)
    }

    /// Orders names by their bytes, as lists of functions do.
    public static func < (left: FunctionName, right: FunctionName) -> Bool { left.description < right.description }
}
