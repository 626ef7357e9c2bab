internal import FunctionExecution
internal import ServiceKit
internal import LambdaModel
internal import Catalog
internal import Domain
internal import Scheduler
internal import Synchronization

/// Has the scheduler keep what is configured about concurrency. Follows the catalogue's changes as an effect: an
/// application that fails is retried.
final class ConcurrencyController: Sendable {
    private let store: LambdaStore
    private let routes: RouteReader
    private let pool: EnvironmentPool
    /// Held while settings are read and handed on, so that of two changes the later one is the last to arrive.
    private let order = Mutex<Void>(())
    /// Provisioned environments start once the server serves: their runtimes call it.
    private let isServing = Mutex(false)

    init(store: LambdaStore, routes: RouteReader, pool: EnvironmentPool) {
        self.store = store
        self.routes = routes
        self.pool = pool
    }

    /// Has the scheduler keep all reservations; before anything is invoked.
    func applyReservations() throws(ServiceError) {
        for function in try configured() { try applyReservation(function) }
    }

    /// From now on provisioned environments are started: the server serves.
    ///
    /// - Returns: The functions whose provisioned concurrency has to be applied.
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
        case .latestVersion, .publishedVersion, .setting, .releasedPackages: break
        }
    }

    /// The functions for which something is configured.
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
            let versions = try store.read { rows -> [(revision: FunctionRevision, count: Int)] in
                guard let stored = try rows.function(function) else { return [] }
                return try Self.provisioned(stored, rows).compactMap { version, count in
                    // A published version never changes, and neither does its number.
                    try rows.version(version, of: stored).map { (try routes.revision(of: $0, number: 1), count) }
                }
            }
            pool.provision(versions, of: function)
        }
    }

    /// How many environments each version of a function is to have.
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

    /// How many environments the versions have that one setting is for. An alias with weights shares them out.
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

    /// How the provisioned concurrency of a version or an alias is.
    func provisionedStatus(
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
    /// The status as it is answered. The reason is Lambda's.
    var answer: (status: Lambda.ProvisionedConcurrencyStatusEnum, reason: String?) {
        if isFailing { return (.failed, "FUNCTION_ERROR_INIT_FAILURE") }
        return (available < requested ? .inProgress : .ready, nil)
    }
}
