/// The number of a layer version. Numbers count up from 1 for ever; a deleted number is never used again.
public struct LayerVersionNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number, 1 or more.
    public let value: Int

    /// The number that a layer's first version has.
    public static let first = LayerVersionNumber(unchecked: 1)

    /// Takes a positive number; `nil` for zero and below.
    public init?(_ value: Int) {
        guard value > 0 else { return nil }
        self.value = value
    }

    /// Parses a positive decimal number without sign or leading zeros; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let value = text.canonicalPositiveNumber else { return nil }
        self.value = value
    }

    private init(unchecked value: Int) {
        self.value = value
    }

    /// The number in decimal.
    public var description: String { String(value) }

    /// Orders versions by age, oldest first.
    public static func < (left: LayerVersionNumber, right: LayerVersionNumber) -> Bool { left.value < right.value }
}
