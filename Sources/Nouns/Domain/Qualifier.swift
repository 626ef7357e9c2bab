/// An alias's name: 1–128 characters of `[a-zA-Z0-9-_]`, not all of them digits.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>, `Name`.
public struct AliasName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Takes a name as it is; `nil` when it is empty, too long, all digits, or has other characters.
    public init?(_ text: some StringProtocol) {
        guard text.isName(maximumCount: LambdaLimits.aliasNameCharacters), !text.utf8.allSatisfy(\.isASCIIDigit)
        else { return nil }
        description = String(text)
    }

    /// Orders names by their bytes.
    public static func < (left: AliasName, right: AliasName) -> Bool { left.description < right.description }
}

/// What follows a function's name after a colon: a version or an alias.
public enum Qualifier: Hashable, Sendable, CustomStringConvertible {
    /// `$LATEST` or a published number.
    case version(FunctionVersion)
    /// An alias, which points at one or two versions.
    case alias(AliasName)

    /// `$LATEST`: what a call without a qualifier means.
    public static let latest = Qualifier.version(.latest)

    /// Parses a qualifier; `nil` for text that is neither a version nor an alias.
    public init?(_ text: some StringProtocol) {
        if let version = FunctionVersion(text) {
            self = .version(version)
        } else if let alias = AliasName(text) {
            self = .alias(alias)
        } else {
            return nil
        }
    }

    /// The qualifier as it is written in an ARN.
    public var description: String {
        switch self {
        case .version(let version): version.description
        case .alias(let name): name.description
        }
    }
}
