internal import Catalog
internal import Domain
internal import FunctionExecution
internal import LambdaModel
internal import LayerStore
internal import ServiceKit
internal import Telemetry

/// Reads the routes of functions, versions and aliases, and takes the snapshots of versions that environments run.
/// Reads the disk: not for serving threads.
struct RouteReader: Sendable {
    private let store: LambdaStore
    private let layerStore: LayerStore
    private let metrics: Metrics
    let cache: RouteCache
    /// From a function's error to the first retry of an asynchronous invocation.
    private let retryDelaySeconds: Double

    init(
        store: LambdaStore, layerStore: LayerStore, metrics: Metrics, cache: RouteCache, retryDelaySeconds: Double
    ) {
        self.store = store
        self.layerStore = layerStore
        self.metrics = metrics
        self.cache = cache
        self.retryDelaySeconds = retryDelaySeconds
    }

    /// Reads the route to a target, and keeps it in the cache.
    func route(to target: FunctionTarget) throws(ServiceError) -> InvocationRoute {
        try cache.route(to: target) { numbers throws(ServiceError) in
            try store.read { rows in
                let found = try FunctionLookup.find(target, rows)
                let allowsRecursion = try !RecursionConfigs.stopsLoops(found.function, rows)
                let first = try self.revision(of: found.record, numbers, allowsRecursion: allowsRecursion)
                let asynchronous = try self.asynchronousSettings(
                    of: found, target, allowsRecursion: allowsRecursion, rows)
                guard case .alias(let name) = target.qualifier,
                    let alias = try rows.alias(name, of: found.function), let version = alias.secondVersion,
                    let record = try rows.version(version, of: found.function)
                else { return InvocationRoute(first: first, second: nil, asynchronous: asynchronous) }
                let settings: Lambda.AliasConfiguration = try LambdaStore.decode(alias.document)
                let weight = settings.routingConfig?.additionalVersionWeights?[version.description] ?? 0
                return InvocationRoute(
                    first: first,
                    second: (
                        try self.revision(of: record, numbers, allowsRecursion: allowsRecursion), weight
                    ),
                    asynchronous: asynchronous)
            }
        }
    }

    /// The settings of a target's asynchronous invocations. Those of `$LATEST` apply to calls without a qualifier.
    private func asynchronousSettings(
        of found: FoundVersion, _ target: FunctionTarget, allowsRecursion: Bool,
        _ rows: borrowing CatalogTransaction
    ) throws -> AsynchronousSettings {
        var settings = AsynchronousSettings()
        settings.retries.retryDelaySeconds = retryDelaySeconds
        settings.deadLetterQueue = found.document.configuration.deadLetterConfig?.targetArn.flatMap {
            $0.isEmpty ? nil : $0
        }
        settings.stopsLoops = !allowsRecursion
        settings.hasZeroConcurrency = try rows.setting(.reservedConcurrency, of: found.function)?.amount == 0
        let qualifier = target.qualifier?.description ?? Qualifier.latest.description
        guard let setting = try rows.setting(.eventInvokeConfig, of: found.function, qualifier: qualifier) else {
            return settings
        }
        let stored: Lambda.FunctionEventInvokeConfig = try LambdaStore.decode(setting.document)
        settings.retries.maximumRetryAttempts = stored.maximumRetryAttempts ?? settings.retries.maximumRetryAttempts
        settings.retries.maximumEventAgeSeconds =
            stored.maximumEventAgeInSeconds ?? settings.retries.maximumEventAgeSeconds
        settings.onSuccess = stored.destinationConfig?.onSuccess?.destination
        settings.onFailure = stored.destinationConfig?.onFailure?.destination
        return settings
    }

    /// Takes a snapshot of a version.
    func revision(
        of record: FunctionRecord, _ numbers: SnapshotNumbers, allowsRecursion: Bool = false
    ) throws(ServiceError) -> FunctionRevision {
        let settings = try FunctionDocument(record).configuration
        guard let runtime = RuntimeIdentifier(settings.runtime?.rawValue ?? "") else {
            throw ServiceError(.invalidRuntime, "The function \(record.id.name) has no runtime.")
        }
        return FunctionRevision(
            function: record.id, version: record.version, number: numbers[record.version], runtime: runtime,
            role: settings.role ?? "", handler: settings.handler ?? "",
            architecture: settings.architectures?.first.flatMap { Domain.Architecture(rawValue: $0.rawValue) }
                ?? .byDefault,
            memoryMebibytes: settings.memorySize ?? LambdaLimits.defaultMemoryMebibytes,
            temporaryStorageMebibytes: settings.ephemeralStorage?.size
                ?? LambdaLimits.defaultTemporaryStorageMebibytes,
            timeoutSeconds: settings.timeout ?? LambdaLimits.defaultTimeoutSeconds,
            environment: settings.environment?.variables ?? [:], allowsRecursion: allowsRecursion,
            logFormat: settings.loggingConfig?.logFormat == .json
                ? .json(
                    level: settings.loggingConfig?.applicationLogLevel?.rawValue ?? "INFO",
                    system: SystemLogLevel(rawValue: settings.loggingConfig?.systemLogLevel?.rawValue ?? "") ?? .info)
                : .text,
            packages: try store.converting {
                try ([record.code] + record.layers).map { try self.layerStore.package($0.digest) }
            },
            codeTree: layerStore.treePath(of: record.code.digest),
            layerTrees: record.layers.map { layerStore.treePath(of: $0.digest) },
            meter: metrics.meter(of: record.id))
    }
}
