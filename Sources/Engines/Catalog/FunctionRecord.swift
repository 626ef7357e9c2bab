public import Domain
internal import Store

/// A function that exists, with its row, for use in the same transaction.
public struct StoredFunction: Hashable, Sendable {
    /// Which function.
    public let id: FunctionID
    /// The published version that `$LATEST` equals; `nil` when it was changed since, or never published.
    public let published: FunctionVersion?
    /// The row.
    let key: Int

    init(_ id: FunctionID, key: Int, published: Int) {
        self.id = id
        self.key = key
        self.published = published > 0 ? .number(published) : nil
    }
}

/// A version of a function.
public struct FunctionRecord: Hashable, Sendable {
    /// Which function.
    public let id: FunctionID
    /// Which version of it.
    public let version: FunctionVersion
    /// Its code.
    public let code: PackageReference
    /// Its layers' packages, in order.
    public let layers: [PackageReference]
    /// Everything else, as the caller encoded it.
    public let document: [UInt8]

    /// Describes a version.
    public init(
        id: FunctionID, version: FunctionVersion, code: PackageReference, layers: [PackageReference], document: [UInt8]
    ) {
        self.id = id
        self.version = version
        self.code = code
        self.layers = layers
        self.document = document
    }
}

/// An account's usage in a region.
public struct AccountUsage: Hashable, Sendable {
    /// How many functions.
    public let functionCount: Int
    /// Zips of all functions' versions and layer versions, in bytes.
    public let codeBytes: Int
}

extension FunctionID {
    /// The values of the columns account, region and name.
    var values: [StoreValue] { [.text(account.description), .text(region.description), .text(name.description)] }
}

extension FunctionVersion {
    /// The number in a row: 0 is `$LATEST`.
    var number: Int {
        switch self {
        case .latest: 0
        case .number(let number): number
        }
    }

    /// Reads a row's number.
    init(number: Int) { self = number == 0 ? .latest : .number(number) }
}
