internal import Catalog
internal import Domain
internal import ServiceKit

/// The limits of reserved and provisioned concurrency, with Lambda's messages.
///
/// Source: "Configuring reserved concurrency" and "Configuring provisioned concurrency", Lambda developer guide.
struct ConcurrencyRules {
    /// The concurrency limit of one account in one region.
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// The concurrency that always stays unreserved: 100 of Lambda's 1 000. A server with a lower limit keeps a tenth,
    /// so that functions can have reservations there, too.
    var unreservedMinimum: Int { min(LambdaLimits.unreservedConcurrentExecutions, limit / 10) }

    /// Refuses a reservation that takes too much, or that the function's own provisioned concurrency does not fit in.
    func check(
        reserving amount: Int, for function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        let provisioned = try Self.provisioned(function, rows)
        guard amount >= provisioned else {
            // The two spaces and the one at the beginning are Lambda's.
            throw ServiceError.invalidParameter(
                " ReservedConcurrentExecutions  \(amount) should not be lower than function's total provisioned "
                    + "concurrency [\(provisioned)].")
        }
        let present = try rows.setting(.reservedConcurrency, of: function)?.amount ?? provisioned
        let others = try setAside(besides: function, rows)
        guard amount <= present || limit - others - amount >= unreservedMinimum else {
            throw tooMuch("ReservedConcurrentExecutions")
        }
    }

    /// Refuses provisioned concurrency that exceeds the function's reservation, or the unreserved concurrency where it
    /// has none.
    ///
    /// - Parameter qualifier: the version or alias; its present provisioned concurrency does not count.
    func check(
        provisioning amount: Int, for function: StoredFunction, qualifier: String, _ rows: borrowing CatalogTransaction
    ) throws {
        let siblings = try Self.provisioned(function, besides: qualifier, rows)
        if let reserved = try rows.setting(.reservedConcurrency, of: function)?.amount {
            guard siblings + amount <= reserved else {
                throw ServiceError.invalidParameter(
                    "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for "
                        + "function")
            }
            return
        }
        let unreserved = limit - siblings - (try setAside(besides: function, rows))
        guard amount <= unreserved else {
            throw ServiceError(
                .concurrencyLimit,
                "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
                    + "[\(unreserved)].")
        }
        guard unreserved - amount >= unreservedMinimum else { throw tooMuch("ConcurrentExecutions") }
    }

    private func setAside(besides function: StoredFunction, _ rows: borrowing CatalogTransaction) throws -> Int {
        try rows.reservedConcurrencyTotal(
            account: function.id.account, region: function.id.region, excluding: function)
    }

    private static func provisioned(
        _ function: StoredFunction, besides qualifier: String? = nil, _ rows: borrowing CatalogTransaction
    ) throws -> Int {
        try rows.settings(.provisionedConcurrency, of: function, limit: .max)
            .reduce(0) { $0 + ($1.qualifier == qualifier ? 0 : $1.amount ?? 0) }
    }

    private func tooMuch(_ what: String) -> ServiceError {
        ServiceError(
            .concurrencyLimit,
            "Specified \(what) for function decreases account's UnreservedConcurrentExecution below its minimum value "
                + "of [\(unreservedMinimum)].")
    }
}
