/// Which function, of all accounts and regions.
public struct FunctionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The account that owns the function.
    public let account: AccountID
    /// The region it is in.
    public let region: Region
    /// Its name there.
    public let name: FunctionName

    /// Names a function.
    public init(account: AccountID, region: Region, name: FunctionName) {
        self.account = account
        self.region = region
        self.name = name
    }

    /// The ARN without a qualifier.
    public var description: String { FunctionARN(self).description }

    /// Orders by account, then region, then name.
    public static func < (left: FunctionID, right: FunctionID) -> Bool {
        (left.account, left.region, left.name) < (right.account, right.region, right.name)
    }
}
