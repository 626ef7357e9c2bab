/// Which layer, of all accounts and regions. Its text is the layer's ARN:
/// `arn:aws:lambda:us-east-1:123456789012:layer:numpy`.
public struct LayerID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The account that owns the layer.
    public let account: AccountID
    /// The region it is in.
    public let region: Region
    /// Its name there.
    public let name: LayerName

    /// Names a layer.
    public init(account: AccountID, region: Region, name: LayerName) {
        self.account = account
        self.region = region
        self.name = name
    }

    /// Parses a layer's ARN; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let arn = LambdaARN(text), arn.resource.count == 2, arn.resource[0] == "layer",
            let name = LayerName(arn.resource[1])
        else { return nil }
        self.init(account: arn.account, region: arn.region, name: name)
    }

    /// Parses what the API's `LayerName` parameter takes: a layer's ARN, or a name that means a layer of the caller's
    /// account and region. `nil` for anything else.
    public init?(reference text: some StringProtocol, account: AccountID, region: Region) {
        if let name = LayerName(text) {
            self.init(account: account, region: region, name: name)
        } else {
            self.init(text)
        }
    }

    /// The layer's ARN.
    public var description: String { LambdaARN.format(region, account, "layer:\(name)") }

    /// Orders by account, then region, then name.
    public static func < (left: LayerID, right: LayerID) -> Bool {
        (left.account, left.region, left.name) < (right.account, right.region, right.name)
    }
}
