internal import Catalog
internal import Domain
internal import FunctionExecution
internal import LayerStore
internal import ServiceKit

/// Prepares what functions will need, in the background: bytecode of what is published, and the folders of runtimes.
/// An effect of the change feed.
struct Preparations: Sendable {
    let store: LambdaStore
    let layerStore: LayerStore
    let routes: RouteReader
    let pool: EnvironmentPool
    /// `nil` where nothing is compiled.
    let bytecode: BytecodeCompiler?

    /// Follows a change: the code and layers of a function for its runtime, a layer for the runtimes that it names.
    /// One that names none is compiled when the first function uses it.
    func apply(_ change: CatalogChange) throws(ServiceError) {
        switch change {
        case .latestVersion(let function):
            let revision = try store.read { rows in
                try rows.function(function).flatMap { stored in
                    // It runs nothing, so its number does not matter.
                    try rows.version(.latest, of: stored).map {
                        try routes.revision(of: $0, SnapshotNumbers(latest: 0, published: 0))
                    }
                }
            }
            if let revision { pool.prepare(revision) }
        case .publishedLayer(let digest, let runtimes):
            // One that is deleted by now needs none.
            guard let bytecode, layerStore.hasTree(digest) else { return }
            let package = try store.converting { try layerStore.package(digest) }
            for runtime in runtimes { bytecode.prepare(package, as: .layer, for: runtime) }
        default: break
        }
    }
}
