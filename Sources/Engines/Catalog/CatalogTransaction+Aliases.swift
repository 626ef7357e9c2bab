public import Domain
public import Store

/// An alias of a function.
public struct AliasRecord: Hashable, Sendable {
    /// Its name.
    public let name: AliasName
    /// The version that it points at.
    public let version: FunctionVersion
    /// A second version, which gets a share of the invocations.
    public let secondVersion: FunctionVersion?
    /// Everything else, as the caller encoded it.
    public let document: [UInt8]

    /// Describes an alias.
    public init(name: AliasName, version: FunctionVersion, secondVersion: FunctionVersion?, document: [UInt8]) {
        self.name = name
        self.version = version
        self.secondVersion = secondVersion
        self.document = document
    }
}

extension CatalogTransaction {
    /// Looks up an alias; `nil` when there is none.
    public borrowing func alias(
        _ name: AliasName, of function: StoredFunction
    ) throws(StoreError) -> AliasRecord? {
        try aliasRecords("name = ?", [.text(name.description)], of: function).first
    }

    /// Adds an alias, or replaces the one of that name.
    public borrowing func put(_ alias: AliasRecord, of function: StoredFunction) throws(StoreError) {
        try run(
            """
            INSERT INTO alias (function, name, number, second_number, document) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (function, name) DO UPDATE SET
                number = excluded.number, second_number = excluded.second_number, document = excluded.document
            """,
            [
                .integer(function.key), .text(alias.name.description), .integer(alias.version.number),
                alias.secondVersion.map { .integer($0.number) } ?? .null, .blob(alias.document),
            ])
        note(CatalogChange.alias(function.id))
    }

    /// Deletes an alias with its settings.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public borrowing func delete(_ name: AliasName, of function: StoredFunction) throws(StoreError) -> Bool {
        try deleteSettings(of: function, qualifier: name.description)
        note(CatalogChange.alias(function.id))
        return try run(
            "DELETE FROM alias WHERE function = ? AND name = ?", [.integer(function.key), .text(name.description)]) > 0
    }

    /// A function's aliases by name.
    ///
    /// - Parameters:
    ///   - version: Only those that point at this version; `nil` for all.
    ///   - name: Only aliases after this name: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public borrowing func aliases(
        of function: StoredFunction, pointingAt version: FunctionVersion? = nil, after name: AliasName? = nil,
        limit: Int
    ) throws(StoreError) -> [AliasRecord] {
        let values: [StoreValue] = [
            .text(name?.description ?? ""), version.map { .integer($0.number) } ?? .null, .integer(limit),
        ]
        return try aliasRecords("name > ? AND number = coalesce(?, number) ORDER BY name LIMIT ?", values, of: function)
    }

    /// The names of the aliases that send all or a share of their invocations to a version.
    public borrowing func aliasNames(
        using version: FunctionVersion, of function: StoredFunction
    ) throws(StoreError) -> [AliasName] {
        let number = StoreValue.integer(version.number)
        return try aliasRecords("? IN (number, second_number) ORDER BY name", [number], of: function).map(\.name)
    }

    private borrowing func aliasRecords(
        _ condition: String, _ values: [StoreValue], of function: StoredFunction
    ) throws(StoreError) -> [AliasRecord] {
        try all(
            "SELECT name, number, second_number, document FROM alias WHERE function = ? AND \(condition)",
            [.integer(function.key)] + values
        ) { row throws(StoreError) in
            guard let name = AliasName(row.text(0)) else { throw .damagedRow("name") }
            return AliasRecord(
                name: name, version: FunctionVersion(number: row.integer(1)),
                secondVersion: row.isNull(2) ? nil : FunctionVersion(number: row.integer(2)), document: row.blob(3))
        }
    }
}
