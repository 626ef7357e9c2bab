internal import FunctionExecution
internal import ServiceKit
internal import LambdaModel
internal import Catalog
internal import Domain
internal import Scheduler
internal import Synchronization

// What is set about concurrency, on its way from the catalogue to the scheduler.
extension LambdaService {
    /// Starts what is provisioned for any function. Once, when its runtimes can reach the server.
    func startProvisioned() {
        // A catalogue that cannot be read now shows itself with the first request.
        for function in (try? concurrencySettings()) ?? [] { try? applyProvisioned(function) }
    }

    /// Has the scheduler keep what is set for a function, after a change of it or of an alias.
    func applyConcurrency(_ function: FunctionID) throws(ServiceError) {
        try applyReservation(function)
        try applyProvisioned(function)
    }

    /// The functions for which something is set.
    func concurrencySettings() throws(ServiceError) -> [FunctionID] {
        try reading { rows in try rows.functionsWithConcurrency() }
    }

    /// Has the scheduler keep what is reserved for a function.
    func applyReservation(_ function: FunctionID) throws(ServiceError) {
        try concurrencyChanges.withLock { _ throws(ServiceError) in
            let amount = try reading { rows in
                try rows.function(function).flatMap { try rows.setting(.reservedConcurrency, of: $0)?.amount }
            }
            pool.reserve(amount, for: function)
            // They say whether events are tried at all.
            routes.forget(function)
        }
    }

    /// Has the scheduler keep a function's provisioned environments.
    private func applyProvisioned(_ function: FunctionID) throws(ServiceError) {
        try concurrencyChanges.withLock { _ throws(ServiceError) in
            let versions = try reading { rows -> [(revision: FunctionRevision, count: Int)] in
                guard let stored = try rows.function(function) else { return [] }
                return try Self.provisioned(stored, rows).compactMap { version, count in
                    // A published version never changes, and neither does its number.
                    try rows.version(version, of: stored).map { (try self.revision(of: $0, number: 1), count) }
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
            let settings: Lambda.AliasConfiguration = try decode(alias.document)
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
