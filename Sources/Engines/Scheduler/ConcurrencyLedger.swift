/// Keeps count of what runs against every limit on concurrency, and says what one more invocation would exceed.
///
/// Source: "Configuring reserved concurrency", "Configuring provisioned concurrency" and "Understanding Lambda function
/// scaling" in the Lambda developer guide; the names of the reasons are those of *Invoke* in the API reference.
struct ConcurrencyLedger<Version: ScheduledVersion>: Sendable {
    typealias Kind = ConcurrencyCount.Kind

    private struct FunctionBook {
        var reserved: Int?
        var count = ConcurrencyCount()
        var requests = RateLimit()
        var starts = RateLimit()

        var isBlank: Bool { reserved == nil && count == ConcurrencyCount() }
    }

    private struct AccountBook {
        /// The invocations of all functions.
        var running = 0
        /// The sum of what is reserved.
        var reserved = 0
        /// What runs and is claimed of functions without a reservation.
        var unreserved = ConcurrencyCount()
        var requests = RateLimit()

        /// What is left for all functions without a reservation.
        func unreservedLimit(_ limits: SchedulerLimits) -> Int { max(0, limits.accountConcurrency - reserved) }
    }

    private var functions: [Version.Function: FunctionBook] = [:]
    private var accounts: [Version.Account: AccountBook] = [:]
    private let limits: SchedulerLimits

    private static var second: UInt64 { 1_000_000_000 }

    init(limits: SchedulerLimits) { self.limits = limits }

    /// How many invocations of an account are under way.
    func running(of account: Version.Account) -> Int { accounts[account]?.running ?? 0 }

    /// Why one more invocation of a version may not begin now; `nil` when it may.
    func refusal(_ version: Version, _ kind: Kind, nowNanoseconds: UInt64) -> ThrottleReason? {
        let function = functions[version.function] ?? FunctionBook()
        let account = accounts[version.account] ?? AccountBook()
        return Self.refusal(function, account, kind, limits, nowNanoseconds)
    }

    /// An invocation begins.
    mutating func begin(_ version: Version, _ kind: Kind, nowNanoseconds: UInt64) {
        Self.begin(
            &functions[version.function, default: FunctionBook()], &accounts[version.account, default: AccountBook()],
            kind, limits, nowNanoseconds)
    }

    /// An invocation begins, unless it may not: both in one, for the call that has to be fast.
    mutating func admit(_ version: Version, _ kind: Kind, nowNanoseconds: UInt64) -> ThrottleReason? {
        Self.admit(
            &functions[version.function, default: FunctionBook()], &accounts[version.account, default: AccountBook()],
            kind, limits, nowNanoseconds)
    }

    /// An invocation is over.
    mutating func end(_ version: Version, _ kind: Kind) {
        let isReserved = Self.end(&functions[version.function, default: FunctionBook()], kind)
        Self.end(&accounts[version.account, default: AccountBook()], kind, isReserved: isReserved)
    }

    /// An invocation that waited has found a provisioned environment.
    mutating func moveToProvisioned(_ version: Version) {
        let isReserved = functions[version.function]?.reserved != nil
        for (kind, count) in [(Kind.onDemand, -1), (.provisioned, 1)] {
            functions[version.function]?.count.add(kind, count)
            if !isReserved { accounts[version.account]?.unreserved.add(kind, count) }
        }
    }

    /// Whether one more environment of a function may be started for an invocation.
    func mayStart(_ version: Version, nowNanoseconds: UInt64) -> Bool {
        (functions[version.function]?.starts ?? RateLimit()).allows(
            limits.startsPerInterval, per: limits.startIntervalNanoseconds, nowNanoseconds: nowNanoseconds)
    }

    /// One is started.
    mutating func noteStart(_ version: Version, nowNanoseconds: UInt64) {
        functions[version.function]?.starts.spend(
            limits.startsPerInterval, per: limits.startIntervalNanoseconds, nowNanoseconds: nowNanoseconds)
    }

    /// Reserves concurrency for a function, or takes its reservation back. What runs is not interrupted.
    mutating func reserve(_ amount: Int?, for function: Version.Function, of account: Version.Account) {
        var book = functions[function] ?? FunctionBook()
        var account = (key: account, book: accounts[account] ?? AccountBook())
        if book.reserved == nil { account.book.unreserved -= book.count }
        account.book.reserved += (amount ?? 0) - (book.reserved ?? 0)
        book.reserved = amount
        if amount == nil { account.book.unreserved += book.count }
        functions[function] = book
        accounts[account.key] = account.book
    }

    /// A version's provisioned concurrency has become more, or less.
    mutating func claim(_ change: Int, for version: Version) {
        functions[version.function, default: FunctionBook()].count.claimed += change
        guard functions[version.function]?.reserved == nil else { return }
        accounts[version.account, default: AccountBook()].unreserved.claimed += change
    }

    /// Forgets a function that is gone, once nothing of it runs.
    mutating func forgetIfBlank(_ function: Version.Function) {
        if functions[function]?.isBlank == true { functions[function] = nil }
    }
}

// The same, of two books that were looked up.
extension ConcurrencyLedger {
    private static func admit(
        _ function: inout FunctionBook, _ account: inout AccountBook, _ kind: Kind, _ limits: SchedulerLimits,
        _ nowNanoseconds: UInt64
    ) -> ThrottleReason? {
        if let reason = refusal(function, account, kind, limits, nowNanoseconds) { return reason }
        begin(&function, &account, kind, limits, nowNanoseconds)
        return nil
    }

    private static func refusal(
        _ function: FunctionBook, _ account: AccountBook, _ kind: Kind, _ limits: SchedulerLimits,
        _ nowNanoseconds: UInt64
    ) -> ThrottleReason? {
        let isReserved = function.reserved != nil
        let limit = function.reserved ?? account.unreservedLimit(limits)
        let count = isReserved ? function.count : account.unreserved
        guard count.admits(kind, limit: limit) else {
            return isReserved
                ? .reservedFunctionConcurrentInvocationLimitExceeded : .concurrentInvocationLimitExceeded
        }
        guard account.running < limits.accountConcurrency else { return .concurrentInvocationLimitExceeded }
        let perRequest = limits.requestsPerConcurrency
        guard function.requests.allows(perRequest * limit, per: second, nowNanoseconds: nowNanoseconds) else {
            return isReserved ? .reservedFunctionInvocationRateLimitExceeded : .functionInvocationRateLimitExceeded
        }
        let all = perRequest * limits.accountConcurrency
        guard account.requests.allows(all, per: second, nowNanoseconds: nowNanoseconds) else {
            return .callerRateLimitExceeded
        }
        return nil
    }

    private static func begin(
        _ function: inout FunctionBook, _ account: inout AccountBook, _ kind: Kind, _ limits: SchedulerLimits,
        _ nowNanoseconds: UInt64
    ) {
        let limit = function.reserved ?? account.unreservedLimit(limits)
        let perRequest = limits.requestsPerConcurrency
        function.count.add(kind, 1)
        function.requests.spend(perRequest * limit, per: second, nowNanoseconds: nowNanoseconds)
        account.running += 1
        if function.reserved == nil { account.unreserved.add(kind, 1) }
        account.requests.spend(
            perRequest * limits.accountConcurrency, per: second, nowNanoseconds: nowNanoseconds)
    }

    /// - Returns: Whether the function has a reservation.
    private static func end(_ function: inout FunctionBook, _ kind: Kind) -> Bool {
        function.count.add(kind, -1)
        return function.reserved != nil
    }

    private static func end(_ account: inout AccountBook, _ kind: Kind, isReserved: Bool) {
        account.running -= 1
        if !isReserved { account.unreserved.add(kind, -1) }
    }
}
