/// An AWS account: exactly 12 decimal digits, kept as text because leading zeros count.
public struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 12 digits.
    public let description: String

    /// Takes 12 decimal digits; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 12 else { return nil }
        for byte in text.utf8 where !byte.isASCIIDigit { return nil }
        description = String(text)
    }

    /// Orders accounts as their digits do.
    public static func < (left: AccountID, right: AccountID) -> Bool { left.description < right.description }
}
