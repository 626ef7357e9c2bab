public import Domain
public import Store

/// Kinds of resources of an account and region beside functions and layers.
public enum ResourceKind: String, Hashable, Sendable, CaseIterable {
    /// A code signing configuration, by its id.
    case codeSigningConfig = "code signing config"
    /// The tags of a code signing configuration, by its id.
    case codeSigningConfigTags = "tags of a code signing config"
}

/// The scope of a resource's name: its account, region and kind.
public struct ResourceScope: Hashable, Sendable {
    let account: AccountID
    let region: Region
    let kind: ResourceKind

    /// Names a scope.
    public init(account: AccountID, region: Region, kind: ResourceKind) {
        self.account = account
        self.region = region
        self.kind = kind
    }

    fileprivate var values: [StoreValue] {
        [.text(account.description), .text(region.description), .text(kind.rawValue)]
    }
}

/// A layer version that exists, with its row, for use in the same transaction.
public struct StoredLayerVersion: Hashable, Sendable {
    /// Which version.
    public let arn: LayerVersionARN
    /// Its policy, as the caller encoded it; `nil` where it has none.
    public let policy: [UInt8]?
    /// The layer's row.
    let layerKey: Int
}

// Resources beside functions: those of one table by kind, and the policies of layer versions.
extension CatalogTransaction {
    /// Looks up a resource's document; `nil` when there is none.
    public borrowing func resource(_ name: String, in scope: ResourceScope) throws(StoreError) -> [UInt8]? {
        try first(
            "SELECT document FROM resource WHERE account = ? AND region = ? AND kind = ? AND name = ?",
            scope.values + [.text(name)]
        ) { $0.blob(0) }
    }

    /// The resources of a scope by name.
    ///
    /// - Parameters:
    ///   - name: Only resources after this name: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public borrowing func resources(
        in scope: ResourceScope, after name: String = "", limit: Int
    ) throws(StoreError) -> [(name: String, document: [UInt8])] {
        try all(
            """
            SELECT name, document FROM resource WHERE account = ? AND region = ? AND kind = ? AND name > ?
            ORDER BY name LIMIT ?
            """, scope.values + [.text(name), .integer(limit)]
        ) { ($0.text(0), $0.blob(1)) }
    }

    /// Adds a resource, or replaces the one of that name.
    public borrowing func put(
        _ document: [UInt8], as name: String, in scope: ResourceScope
    ) throws(StoreError) {
        try run(
            """
            INSERT INTO resource (account, region, kind, name, document) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (account, region, kind, name) DO UPDATE SET document = excluded.document
            """, scope.values + [.text(name), .blob(document)])
    }

    /// Deletes a resource.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public borrowing func deleteResource(_ name: String, in scope: ResourceScope) throws(StoreError) -> Bool {
        try run(
            "DELETE FROM resource WHERE account = ? AND region = ? AND kind = ? AND name = ?",
            scope.values + [.text(name)]) > 0
    }

    /// Looks up a layer version; `nil` when it was never published or is deleted.
    public borrowing func layerVersion(_ arn: LayerVersionARN) throws(StoreError) -> StoredLayerVersion? {
        try first(
            """
            SELECT layer.id, policy FROM layer_version JOIN layer ON layer.id = layer_version.layer
            WHERE account = ? AND region = ? AND name = ? AND number = ?
            """, arn.layer.values + [.integer(arn.number.value)]
        ) { StoredLayerVersion(arn: arn, policy: $0.isNull(1) ? nil : $0.blob(1), layerKey: $0.integer(0)) }
    }

    /// Sets a layer version's policy; `nil` removes it.
    public borrowing func setPolicy(
        _ policy: [UInt8]?, of version: StoredLayerVersion
    ) throws(StoreError) {
        try run(
            "UPDATE layer_version SET policy = ? WHERE layer = ? AND number = ?",
            [policy.map { .blob($0) } ?? .null, .integer(version.layerKey), .integer(version.arn.number.value)])
    }
}
