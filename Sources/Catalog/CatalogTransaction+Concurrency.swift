public import Domain
public import SQLite

extension CatalogTransaction {
    /// How much concurrency the functions of an account and region have set aside: of each its reserved concurrency, or
    /// where it has none its provisioned concurrency.
    ///
    /// - Parameter function: A function that does not count.
    public borrowing func concurrencySetAside(
        account: AccountID, region: Region, without function: StoredFunction? = nil
    ) throws(SQLiteError) -> Int {
        let sql = """
            SELECT ifnull(sum(coalesce(reserved, provisioned)), 0) FROM (
                SELECT sum(amount) FILTER (WHERE kind = ?) AS reserved, sum(amount) FILTER (WHERE kind = ?) AS provisioned
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
