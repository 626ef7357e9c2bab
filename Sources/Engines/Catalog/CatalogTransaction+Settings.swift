public import Domain
public import Store

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
    ) throws(StoreError) -> FunctionSetting? {
        try settingRows("qualifier = ?", [.text(qualifier)], kind, of: function).first
    }

    /// A function's settings of a kind, by qualifier.
    ///
    /// - Parameters:
    ///   - qualifier: Only settings after this qualifier: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public borrowing func settings(
        _ kind: FunctionSettingKind, of function: StoredFunction, after qualifier: String? = nil, limit: Int
    ) throws(StoreError) -> [FunctionSetting] {
        let condition = qualifier == nil ? "qualifier >= ?" : "qualifier > ?"
        return try settingRows(
            "\(condition) ORDER BY qualifier LIMIT ?", [.text(qualifier ?? ""), .integer(limit)], kind, of: function)
    }

    /// Adds or replaces a setting.
    public borrowing func put(
        _ setting: FunctionSetting, as kind: FunctionSettingKind, of function: StoredFunction
    ) throws(StoreError) {
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
    ) throws(StoreError) -> Bool {
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
    ) throws(StoreError) -> [FunctionID] {
        let sql = """
            SELECT name FROM function_setting JOIN function ON function.id = function_setting.function
            WHERE target = ? AND kind = ? AND account = ? AND region = ? AND name > ? ORDER BY name LIMIT ?
            """
        let values: [StoreValue] = [
            .text(target), .text(kind.rawValue), .text(account.description), .text(region.description),
            .text(name?.description ?? ""), .integer(limit),
        ]
        return try all(sql, values) { row throws(StoreError) in
            guard let name = FunctionName(row.text(0)) else { throw .damagedRow("name") }
            return FunctionID(account: account, region: region, name: name)
        }
    }

    /// The functions of all accounts and regions with reserved or provisioned concurrency.
    public borrowing func functionsWithConcurrency() throws(StoreError) -> [FunctionID] {
        let sql = """
            SELECT DISTINCT account, region, name FROM function_setting
            JOIN function ON function.id = function_setting.function WHERE amount IS NOT NULL AND kind IN (?, ?)
            """
        let kinds = [FunctionSettingKind.reservedConcurrency, .provisionedConcurrency]
        return try all(sql, kinds.map { .text($0.rawValue) }) { row throws(StoreError) in
            guard let account = AccountID(row.text(0)), let region = Region(row.text(1)),
                let name = FunctionName(row.text(2))
            else { throw .damagedRow("function") }
            return FunctionID(account: account, region: region, name: name)
        }
    }

    /// The concurrency that the functions of an account and region take from the unreserved one: of each its reserved
    /// concurrency or, where it has none, its provisioned concurrency.
    ///
    /// - Parameter function: A function to leave out.
    public borrowing func reservedConcurrencyTotal(
        account: AccountID, region: Region, excluding function: StoredFunction? = nil
    ) throws(StoreError) -> Int {
        let sql = """
            SELECT coalesce(sum(coalesce(reserved, provisioned)), 0) FROM (
                SELECT sum(amount) FILTER (WHERE kind = ?) AS reserved,
                    sum(amount) FILTER (WHERE kind = ?) AS provisioned
                FROM function_setting JOIN function ON function.id = function_setting.function
                WHERE amount IS NOT NULL AND kind IN (?, ?) AND account = ? AND region = ?
                    AND function.id IS DISTINCT FROM ?
                GROUP BY function.id
            ) AS of_function
            """
        let kinds: [StoreValue] = [FunctionSettingKind.reservedConcurrency, .provisionedConcurrency]
            .map { .text($0.rawValue) }
        let values: [StoreValue] = [
            .text(account.description), .text(region.description), function.map { .integer($0.key) } ?? .null,
        ]
        return try first(sql, kinds + kinds + values) { $0.integer(0) } ?? 0
    }

    /// Deletes all settings of one version or alias.
    borrowing func deleteSettings(of function: StoredFunction, qualifier: String) throws(StoreError) {
        try run(
            "DELETE FROM function_setting WHERE function = ? AND qualifier = ?",
            [.integer(function.key), .text(qualifier)])
    }

    private borrowing func settingRows(
        _ condition: String, _ values: [StoreValue], _ kind: FunctionSettingKind, of function: StoredFunction
    ) throws(StoreError) -> [FunctionSetting] {
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
