internal import Catalog
internal import Domain
internal import FunctionExecution
internal import LambdaModel
internal import Scheduler
internal import ServiceKit
internal import Synchronization

/// Applies reserved and provisioned concurrency, as the catalogue has it, to the pool of environments. An effect of the
/// change feed: it reads the current rows each time, and is retried when it fails.
final class ConcurrencyReconciler: Sendable {
    private let store: LambdaStore
    private let routes: RouteReader
    private let pool: EnvironmentPool
    /// Held from the read of settings to their application, so that the settings that were read last are applied last.
    /// Only threads that may wait take it.
    private let order = Mutex<Void>(())
    /// Whether the server accepts connections: the runtimes of provisioned environments need it.
    private let isServing = Mutex(false)

    init(store: LambdaStore, routes: RouteReader, pool: EnvironmentPool) {
        self.store = store
        self.routes = routes
        self.pool = pool
    }

    /// Applies all reservations, before the first invocation.
    func applyReservations() throws(ServiceError) {
        for function in try configured() { try applyReservation(function) }
    }

    /// Allows provisioned environments to start: the server accepts connections.
    ///
    /// - Returns: the functions whose provisioned concurrency has to be applied.
    func beginServing() throws(ServiceError) -> [FunctionID] {
        isServing.withLock { $0 = true }
        return try configured()
    }

    /// Follows a change of the catalogue.
    func apply(_ change: CatalogChange) throws(ServiceError) {
        switch change {
        case .setting(.reservedConcurrency, let function): try applyReservation(function)
        case .setting(.provisionedConcurrency, let function), .alias(let function),
            .deletedVersion(let function, _):
            try applyProvisioned(function)
        case .deletedFunction(let function, _):
            try applyReservation(function)
            try applyProvisioned(function)
        case .latestVersion, .publishedVersion, .setting, .publishedLayer, .releasedPackages: break
        }
    }

    /// The functions with reserved or provisioned concurrency.
    private func configured() throws(ServiceError) -> [FunctionID] {
        try store.read { rows in try rows.functionsWithConcurrency() }
    }

    private func applyReservation(_ function: FunctionID) throws(ServiceError) {
        try order.withLock { _ throws(ServiceError) in
            let amount = try store.read { rows in
                try rows.function(function).flatMap { try rows.setting(.reservedConcurrency, of: $0)?.amount }
            }
            pool.reserve(amount, for: function)
        }
    }

    private func applyProvisioned(_ function: FunctionID) throws(ServiceError) {
        guard isServing.withLock({ $0 }) else { return }
        try order.withLock { _ throws(ServiceError) in
            let numbers = SnapshotNumbers(latest: 0, published: routes.cache.publishedNumber)
            let versions = try store.read { rows -> [(revision: FunctionRevision, count: Int)] in
                guard let stored = try rows.function(function) else { return [] }
                return try Self.provisioned(stored, rows).compactMap { version, count in
                    try rows.version(version, of: stored).map { (try routes.revision(of: $0, numbers), count) }
                }
            }
            pool.provision(versions, of: function)
        }
    }

    /// The number of provisioned environments of each version of a function.
    private static func provisioned(
        _ function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> [FunctionVersion: Int] {
        var counts: [FunctionVersion: Int] = [:]
        for setting in try rows.settings(.provisionedConcurrency, of: function, limit: .max) {
            for (version, count) in try provisioned(setting, of: function, rows) where count > 0 {
                counts[version, default: 0] += count
            }
        }
        return counts
    }

    /// The number of environments of each version that one setting applies to. An alias with weights divides them
    /// between its versions.
    private static func provisioned(
        _ setting: FunctionSetting, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> [(version: FunctionVersion, count: Int)] {
        let amount = setting.amount ?? 0
        switch Qualifier(setting.qualifier) {
        case .version(let version): return [(version, amount)]
        case .alias(let name):
            guard let alias = try rows.alias(name, of: function) else { return [] }
            guard let second = alias.secondVersion else { return [(alias.version, amount)] }
            let settings: Lambda.AliasConfiguration = try LambdaStore.decode(alias.document)
            let weight = settings.routingConfig?.additionalVersionWeights?[second.description] ?? 0
            let part = Int((Double(amount) * weight).rounded())
            return [(alias.version, amount - part), (second, part)]
        case nil: return []
        }
    }

    /// The status of the provisioned concurrency of a version or an alias.
    func status(
        _ setting: FunctionSetting, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> ProvisionedStatus {
        var status = ProvisionedStatus()
        for (version, count) in try Self.provisioned(setting, of: function, rows) where count > 0 {
            let found = pool.provisionedStatus(of: FunctionKey(function: function.id, version: version))
            status.requested += count
            status.available += min(count, found.available)
            status.isFailing = status.isFailing || found.isFailing
        }
        return status
    }
}

extension ProvisionedStatus {
    /// The status in the API. The reason is Lambda's.
    var answer: (status: Lambda.ProvisionedConcurrencyStatusEnum, reason: String?) {
        if isFailing { return (.failed, "FUNCTION_ERROR_INIT_FAILURE") }
        return (available < requested ? .inProgress : .ready, nil)
    }
}
