/// A layer version's ARN: `arn:aws:lambda:us-east-1:123456789012:layer:numpy:3`.
public struct LayerVersionARN: Hashable, Sendable, CustomStringConvertible {
    /// The layer.
    public let layer: LayerID
    /// Which version of it.
    public let number: LayerVersionNumber

    /// Names a layer version.
    public init(_ layer: LayerID, _ number: LayerVersionNumber) {
        self.layer = layer
        self.number = number
    }

    /// Parses an ARN that ends in a version; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let arn = LambdaARN(text), arn.resource.count == 3, arn.resource[0] == "layer",
            let name = LayerName(arn.resource[1]), let number = LayerVersionNumber(arn.resource[2])
        else { return nil }
        self.init(LayerID(account: arn.account, region: arn.region, name: name), number)
    }

    /// The ARN as text.
    public var description: String { "\(layer):\(number)" }
}
