public import Digest
public import Domain
internal import Store

extension Catalog {
    /// Every package that a row refers to: code of functions, layers that functions use (also of deleted layer
    /// versions), and layer versions. The store's collector keeps these.
    public func referencedDigests() throws(CatalogError) -> Set<SHA256Digest> {
        let digests = try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                try connection.all(
                    "SELECT digest, zip_bytes FROM layer_version UNION SELECT digest, zip_bytes FROM version_package"
                ) {
                    row throws(StoreError) in try PackageReference(row, 0).digest
                }
            }
        }
        return Set(digests)
    }

    /// An account's usage in a region, as `GetAccountSettings` counts it: the code of every version of a function, and
    /// every layer version that is not deleted.
    public func usage(account: AccountID, region: Region) throws(CatalogError) -> AccountUsage {
        let place: [StoreValue] = [.text(account.description), .text(region.description)]
        let functions = """
            SELECT count(*) FILTER (WHERE number = 0), coalesce(sum(zip_bytes), 0)
            FROM version_package JOIN function ON function.id = function
            WHERE ordinal = 0 AND account = ? AND region = ?
            """
        let layers = """
            SELECT count(*), coalesce(sum(zip_bytes), 0) FROM layer_version JOIN layer ON layer.id = layer_version.layer
            WHERE account = ? AND region = ?
            """
        return try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                let code = try connection.first(functions, place) { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
                let layerBytes = try connection.first(layers, place) { $0.integer(1) } ?? 0
                return AccountUsage(functionCount: code.0, codeBytes: code.1 + layerBytes)
            }
        }
    }

    /// The accounts and regions that have functions or layers, in order.
    ///
    /// - Parameter account: only this account's; `nil` for those of all.
    public func places(of account: AccountID?) throws(CatalogError) -> [CatalogPlace] {
        let sql = "SELECT account, region FROM function UNION SELECT account, region FROM layer ORDER BY 1, 2"
        let places = try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                try connection.all(sql) { row throws(StoreError) in
                    guard let account = AccountID(row.text(0)), let region = Region(row.text(1)) else {
                        throw .damagedRow("account or region")
                    }
                    return CatalogPlace(account: account, region: region)
                }
            }
        }
        return places.filter { account == nil || $0.account == account }
    }

    /// Ties the rows to a data folder, unless they are tied to one.
    ///
    /// - Returns: the identity of the folder that they are tied to.
    public func tie(toDataFolder identity: String) throws(CatalogError) -> String {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) in
                _ = try connection.run(
                    "INSERT INTO data_folder (kind, identity) VALUES ('server', ?) ON CONFLICT (kind) DO NOTHING",
                    [.text(identity)])
                return try connection.first("SELECT identity FROM data_folder WHERE kind = 'server'") {
                    row throws(StoreError) in row.text(0)
                } ?? identity
            }
        }
    }
}

/// An account in a region.
public struct CatalogPlace: Hashable, Sendable {
    /// The account.
    public let account: AccountID
    /// The region.
    public let region: Region
}
