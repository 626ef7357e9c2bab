/// A layer's name: 1–140 characters of `[a-zA-Z0-9-_]`.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html>, `LayerName`.
public struct LayerName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Takes a name as it is; `nil` when it is empty, too long or has other characters.
    public init?(_ text: some StringProtocol) {
        guard text.isName(maximumCount: LambdaLimits.layerNameCharacters) else { return nil }
        description = String(text)
    }

    /// Orders names by their bytes, as lists of layers do.
    public static func < (left: LayerName, right: LayerName) -> Bool { left.description < right.description }
}
