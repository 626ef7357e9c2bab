public import Domain
public import SQLite

/// A layer version that exists, with its row, for use in the same transaction.
public struct StoredLayerVersion: Hashable, Sendable {
    /// Which version.
    public let arn: LayerVersionARN
    /// Its policy, as the caller encoded it; `nil` where it has none.
    public let policy: [UInt8]?
    /// The layer's row.
    let layerKey: Int
}

extension CatalogTransaction {
    /// Looks up a layer version; `nil` when it was never published or is deleted.
    public borrowing func layerVersion(_ arn: LayerVersionARN) throws(SQLiteError) -> StoredLayerVersion? {
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
    ) throws(SQLiteError) {
        try run(
            "UPDATE layer_version SET policy = ? WHERE layer = ? AND number = ?",
            [policy.map { .blob($0) } ?? .null, .integer(version.layerKey), .integer(version.arn.number.value)])
    }
}
