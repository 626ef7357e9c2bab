/// A version of a function: `$LATEST` or a published number.
public enum FunctionVersion: Hashable, Sendable, CustomStringConvertible {
    /// `$LATEST`, the only version that can change.
    case latest
    /// A published version, counted from 1; it never changes and its number is never used again.
    case number(Int)

    /// Parses `$LATEST` or a positive number without leading zeros; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        if text == "$LATEST" {
            self = .latest
        } else if let number = text.canonicalPositiveNumber {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// `$LATEST`, or the number in decimal.
    public var description: String {
        switch self {
        case .latest: "$LATEST"
        case .number(let number): String(number)
        }
    }
}
