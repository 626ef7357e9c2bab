public import Domain
public import SQLite

/// Kinds of settings of a function beside its versions' own configuration.
public enum FunctionSettingKind: String, Hashable, Sendable, CaseIterable {
    /// The resource-based policy; by qualifier.
    case policy
    /// The function's tags.
    case tags
    /// Reserved concurrency; the amount is its value.
    case reservedConcurrency = "reserved concurrency"
    /// Provisioned concurrency; by qualifier, the amount is the requested number.
    case provisionedConcurrency = "provisioned concurrency"
    /// How asynchronous invocations are handled; by qualifier.
    case eventInvokeConfig = "event invoke config"
    /// Whether recursive loops are ended.
    case recursionConfig = "recursion config"
    /// How the runtime is kept up to date; by qualifier.
    case runtimeManagementConfig = "runtime management config"
    /// The code signing configuration; the target is its ARN.
    case codeSigningConfig = "code signing config"
    /// The key that the code was encrypted with before it was uploaded; by version.
    case sourceKMSKey = "source KMS key"
}

/// A setting of a function.
public struct FunctionSetting: Hashable, Sendable {
    /// The version or alias that it applies to, as text; empty for the whole function.
    public let qualifier: String
    /// The ARN or name that it refers to, for look-ups.
    public let target: String?
    /// A number, for sums.
    public let amount: Int?
    /// The whole setting, as the caller encoded it.
    public let document: [UInt8]

    /// Describes a setting.
    public init(qualifier: String = "", target: String? = nil, amount: Int? = nil, document: [UInt8]) {
        self.qualifier = qualifier
        self.target = target
        self.amount = amount
        self.document = document
    }
}

extension CatalogTransaction {
    /// Looks up a setting; `nil` when there is none.
    public borrowing func setting(
        _ kind: FunctionSettingKind, of function: StoredFunction, qualifier: String = ""
    ) throws(SQLiteError) -> FunctionSetting? {
        try settingRows("qualifier = ?", [.text(qualifier)], kind, of: function).first
    }

    /// A function's settings of a kind, by qualifier.
    ///
    /// - Parameters:
    ///   - qualifier: Only settings after this qualifier: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public borrowing func settings(
        _ kind: FunctionSettingKind, of function: StoredFunction, after qualifier: String? = nil, limit: Int
    ) throws(SQLiteError) -> [FunctionSetting] {
        let condition = qualifier == nil ? "qualifier >= ?" : "qualifier > ?"
        return try settingRows(
            "\(condition) ORDER BY qualifier LIMIT ?", [.text(qualifier ?? ""), .integer(limit)], kind, of: function)
    }

    /// Adds or replaces a setting.
    public borrowing func put(
        _ setting: FunctionSetting, as kind: FunctionSettingKind, of function: StoredFunction
    ) throws(SQLiteError) {
        try run(
            """
            INSERT INTO function_setting (function, kind, qualifier, target, amount, document) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (function, kind, qualifier) DO UPDATE SET
                target = excluded.target, amount = excluded.amount, document = excluded.document
            """,
            [
                .integer(function.key), .text(kind.rawValue), .text(setting.qualifier),
                setting.target.map { .text($0) } ?? .null, setting.amount.map { .integer($0) } ?? .null,
                .blob(setting.document),
            ])
        note(CatalogChange.setting(kind, function.id))
    }

    /// Deletes a setting.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public borrowing func deleteSetting(
        _ kind: FunctionSettingKind, of function: StoredFunction, qualifier: String = ""
    ) throws(SQLiteError) -> Bool {
        let count = try run(
            "DELETE FROM function_setting WHERE function = ? AND kind = ? AND qualifier = ?",
            [.integer(function.key), .text(kind.rawValue), .text(qualifier)])
        if count > 0 { note(CatalogChange.setting(kind, function.id)) }
        return count > 0
    }

    /// The functions of an account and region whose setting has a target, by name.
    ///
    /// - Parameters:
    ///   - name: Only functions after this name: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public borrowing func functions(
        account: AccountID, region: Region, whose kind: FunctionSettingKind, targets target: String,
        after name: FunctionName? = nil, limit: Int
    ) throws(SQLiteError) -> [FunctionID] {
        let sql = """
            SELECT name FROM function_setting JOIN function ON function.id = function_setting.function
            WHERE target = ? AND kind = ? AND account = ? AND region = ? AND name > ? ORDER BY name LIMIT ?
            """
        let values: [SQLiteValue] = [
            .text(target), .text(kind.rawValue), .text(account.description), .text(region.description),
            .text(name?.description ?? ""), .integer(limit),
        ]
        return try all(sql, values) { row throws(SQLiteError) in
            guard let name = FunctionName(row.text(0)) else { throw .damagedRow("name") }
            return FunctionID(account: account, region: region, name: name)
        }
    }

    /// Deletes all settings of one version or alias.
    borrowing func deleteSettings(of function: StoredFunction, qualifier: String) throws(SQLiteError) {
        try run(
            "DELETE FROM function_setting WHERE function = ? AND qualifier = ?",
            [.integer(function.key), .text(qualifier)])
    }

    private borrowing func settingRows(
        _ condition: String, _ values: [SQLiteValue], _ kind: FunctionSettingKind, of function: StoredFunction
    ) throws(SQLiteError) -> [FunctionSetting] {
        let sql = """
            SELECT qualifier, target, amount, document FROM function_setting
            WHERE function = ? AND kind = ? AND \(condition)
            """
        return try all(sql, [.integer(function.key), .text(kind.rawValue)] + values) { row in
            FunctionSetting(
                qualifier: row.text(0), target: row.isNull(1) ? nil : row.text(1),
                amount: row.isNull(2) ? nil : row.integer(2), document: row.blob(3))
        }
    }
}
