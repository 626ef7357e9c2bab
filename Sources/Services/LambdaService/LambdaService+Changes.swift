internal import Catalog
internal import FunctionExecution
internal import ServiceKit
internal import Telemetry

extension LambdaService {
    /// Makes all state that is derived from rows follow the catalogue's changes.
    static func follow(
        _ changes: ChangeFeed<CatalogChange>, routes: RouteCache, policies: PolicyCache,
        updates: UpdatesInProgress, metrics: Metrics, pool: EnvironmentPool, garbage: GarbageCollector,
        concurrency: ConcurrencyReconciler, preparations: Preparations
    ) {
        changes.addInvalidation { change in
            switch change {
            case .latestVersion(let function):
                // Environments of older code and settings end after their current invocation.
                pool.update(function, number: routes.outdate(function))
                policies.forget(function)
            case .publishedVersion(let function):
                routes.forget(function)
                policies.forget(function)
            case .deletedVersion(let function, let version):
                routes.forget(function)
                policies.forget(function)
                pool.delete(function, version)
            case .deletedFunction(let function, let versions):
                // The meter before the routes: a route that is read in between could keep the removed meter.
                metrics.removeMeter(of: function)
                routes.outdate(function)
                policies.forget(function)
                updates.forget(function)
                for version in versions { pool.delete(function, version) }
            case .alias(let function):
                routes.forget(function)
                policies.forget(function)
            case .setting(.policy, let function): policies.forget(function)
            case .setting(.tags, _), .setting(.sourceKMSKey, _), .setting(.codeSigningConfig, _): break
            case .setting(_, let function): routes.forget(function)
            case .publishedLayer: break
            case .releasedPackages: garbage.collectSoon()
            }
        }
        changes.addEffect(named: "concurrency") { change in try concurrency.apply(change) }
        changes.addEffect(named: "preparations") { change in try preparations.apply(change) }
    }
}
