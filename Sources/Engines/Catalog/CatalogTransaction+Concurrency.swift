public import Domain
public import SQLite

extension CatalogTransaction {
    /// The functions of all accounts and regions with reserved or provisioned concurrency.
    public borrowing func functionsWithConcurrency() throws(SQLiteError) -> [FunctionID] {
        let sql = """
            SELECT DISTINCT account, region, name FROM function_setting
            JOIN function ON function.id = function_setting.function WHERE amount IS NOT NULL AND kind IN (?, ?)
            """
        let kinds = [FunctionSettingKind.reservedConcurrency, .provisionedConcurrency]
        return try all(sql, kinds.map { .text($0.rawValue) }) { row throws(SQLiteError) in
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
    ) throws(SQLiteError) -> Int {
        let sql = """
            SELECT ifnull(sum(coalesce(reserved, provisioned)), 0) FROM (
                SELECT sum(amount) FILTER (WHERE kind = ?) AS reserved,
                    sum(amount) FILTER (WHERE kind = ?) AS provisioned
                FROM function_setting JOIN function ON function.id = function_setting.function
                WHERE amount IS NOT NULL AND kind IN (?, ?) AND account = ? AND region = ? AND function.id IS NOT ?
                GROUP BY function.id
            )
            """
        let kinds: [SQLiteValue] = [FunctionSettingKind.reservedConcurrency, .provisionedConcurrency]
            .map { .text($0.rawValue) }
        let values: [SQLiteValue] = [
            .text(account.description), .text(region.description), function.map { .integer($0.key) } ?? .null,
        ]
        return try first(sql, kinds + kinds + values) { $0.integer(0) } ?? 0
    }
}
