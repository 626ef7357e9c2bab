public import Domain
internal import SQLite

/// A function: its `$LATEST` version.
public struct FunctionRecord: Hashable, Sendable {
    /// Which function.
    public let id: FunctionID
    /// Changes with every update.
    public let revision: RevisionID
    /// Its code.
    public let code: PackageReference
    /// Its layers' bytes, in order.
    public let layers: [PackageReference]
    /// Everything else, as the caller encoded it.
    public let document: [UInt8]

    /// Describes a function.
    public init(
        id: FunctionID, revision: RevisionID, code: PackageReference, layers: [PackageReference], document: [UInt8]
    ) {
        self.id = id
        self.revision = revision
        self.code = code
        self.layers = layers
        self.document = document
    }
}

/// What an account has in a region.
public struct AccountUsage: Hashable, Sendable {
    /// How many functions.
    public let functionCount: Int
    /// Zips of all functions and layer versions, in bytes.
    public let codeBytes: Int
}

extension FunctionID {
    /// The values of the columns account, region and name.
    var values: [SQLiteValue] { [.text(account.description), .text(region.description), .text(name.description)] }
}
