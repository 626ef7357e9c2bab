public import Domain
internal import Store

extension Catalog {
    /// Adds a version to a layer; the first version makes the layer.
    ///
    /// - Parameters:
    ///   - package: A package that is stored, and pinned until this returns.
    ///   - makeDocument: Encodes the configuration, given the number. It must not call the catalogue.
    /// - Returns: The record, with a number that no version of this layer ever had.
    public func publishLayerVersion(
        of layer: LayerID, package: PackageReference, runtimes: [RuntimeIdentifier], architectures: [Architecture],
        makeDocument: (LayerVersionNumber) -> [UInt8]
    ) throws(CatalogError) -> LayerVersionRecord {
        try asCatalogError { () throws(StoreError) in
            try commit(failingAs: { $0 }) { connection throws(StoreError) in
                let (id, number) = try Self.nextNumber(of: layer, connection)
                let record = LayerVersionRecord(
                    layer: layer, number: number, package: package, runtimes: runtimes, architectures: architectures,
                    document: makeDocument(number))
                try connection.run(
                    """
                    INSERT INTO layer_version (layer, number, digest, zip_bytes, runtimes, architectures, document)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """, [.integer(id), .integer(number.value)] + record.values)
                connection.note(CatalogChange.publishedLayer(package.digest, runtimes: runtimes))
                return record
            }
        }
    }

    /// Looks up a version; `nil` when it was never published or is deleted.
    public func layerVersion(_ arn: LayerVersionARN) throws(CatalogError) -> LayerVersionRecord? {
        try layerRows("WHERE account = ? AND region = ? AND name = ? AND number = ?", in: arn.layer) {
            [.text(arn.layer.name.description), .integer(arn.number.value)]
        }.first
    }

    /// The newest version of each layer that matches the filter, by name.
    ///
    /// - Parameters:
    ///   - name: Only layers after this name: where the next page starts. Pages stay consistent while layers change.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public func layers(
        account: AccountID, region: Region, matching filter: LayerFilter = .all, after name: LayerName? = nil,
        limit: Int
    ) throws(CatalogError) -> [LayerVersionRecord] {
        // Reads only the newest matching version of each layer.
        let sql = """
            SELECT \(LayerVersionRecord.columns) FROM layer JOIN layer_version ON layer_version.layer = layer.id
            WHERE account = ? AND region = ? AND name > ? AND number = (
                SELECT number FROM layer_version
                WHERE layer = layer.id AND \(LayerFilter.condition) ORDER BY number DESC LIMIT 1)
            ORDER BY name LIMIT ?
            """
        let values = [.text(name?.description ?? "")] + filter.values + [.integer(limit)]
        return try layerRows(sql: sql, account, region, values)
    }

    /// A layer's versions that match the filter, newest first.
    ///
    /// - Parameters:
    ///   - number: Only versions below this number: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public func layerVersions(
        of layer: LayerID, matching filter: LayerFilter = .all, before number: LayerVersionNumber? = nil, limit: Int
    ) throws(CatalogError) -> [LayerVersionRecord] {
        let condition = """
            WHERE account = ? AND region = ? AND name = ? AND number < ? AND \(LayerFilter.condition)
            ORDER BY number DESC LIMIT ?
            """
        return try layerRows(condition, in: layer) {
            [.text(layer.name.description), .integer(number?.value ?? .max)] + filter.values + [.integer(limit)]
        }
    }

    /// Deletes a version. Functions that use it keep its package; its number is never reused.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public func deleteLayerVersion(_ arn: LayerVersionARN) throws(CatalogError) -> Bool {
        let layer = arn.layer
        return try asCatalogError { () throws(StoreError) in
            try commit(failingAs: { $0 }) { connection throws(StoreError) in
                connection.note(CatalogChange.releasedPackages)
                return try connection.run(
                    """
                    DELETE FROM layer_version WHERE number = ?
                    AND layer = (SELECT id FROM layer WHERE account = ? AND region = ? AND name = ?)
                    """, [.integer(arn.number.value)] + layer.values) > 0
            }
        }
    }

    /// Takes the next number of a layer, and adds the layer when it is new.
    private static func nextNumber(
        of layer: LayerID, _ connection: borrowing Connection
    ) throws(StoreError) -> (id: Int, number: LayerVersionNumber) {
        let sql = """
            INSERT INTO layer (account, region, name, last_number) VALUES (?, ?, ?, 1)
            ON CONFLICT (account, region, name) DO UPDATE SET last_number = layer.last_number + 1
            RETURNING id, last_number
            """
        let row = try connection.first(sql, layer.values) { ($0.integer(0), $0.integer(1)) }
        guard let row, let number = LayerVersionNumber(row.1) else { throw .damagedRow("last_number") }
        return (row.0, number)
    }

    private func layerRows(
        _ condition: String, in layer: LayerID, _ values: () -> [StoreValue]
    ) throws(CatalogError) -> [LayerVersionRecord] {
        let sql = """
            SELECT \(LayerVersionRecord.columns) FROM layer_version JOIN layer ON layer.id = layer_version.layer
            \(condition)
            """
        return try layerRows(sql: sql, layer.account, layer.region, values())
    }

    private func layerRows(
        sql: String, _ account: AccountID, _ region: Region, _ values: [StoreValue]
    ) throws(CatalogError) -> [LayerVersionRecord] {
        let values = [.text(account.description), .text(region.description)] + values
        return try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                try connection.all(sql, values) { row throws(StoreError) in
                    try LayerVersionRecord(row, account, region)
                }
            }
        }
    }
}

extension LayerID {
    /// The values of the columns account, region and name.
    var values: [StoreValue] { [.text(account.description), .text(region.description), .text(name.description)] }
}
