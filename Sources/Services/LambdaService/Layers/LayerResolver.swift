internal import Catalog
internal import Domain
internal import LayerStore
internal import ServiceKit

/// Resolves the layer versions that requests name for functions.
struct LayerResolver: Sendable {
    private let store: LambdaStore
    private let authorizer: FunctionAuthorizer
    private let packages: PackageIntake

    init(store: LambdaStore, authorizer: FunctionAuthorizer, packages: PackageIntake) {
        self.store = store
        self.authorizer = authorizer
        self.packages = packages
    }

    /// Finds the layer versions of a function, in order.
    ///
    /// Layers that name other runtimes or architectures than the function's are accepted, as on Lambda. A deleted
    /// version is refused, even for a function that has it.
    ///
    /// Source of the rules: "Adding layers to functions", Lambda developer guide.
    func resolve(_ arns: [String], _ context: RequestContext) throws(ServiceError) -> [AttachedLayer] {
        guard arns.count <= LambdaLimits.layersPerFunction else {
            throw .invalidParameter("Cannot reference more than \(LambdaLimits.layersPerFunction) layers.")
        }
        var layers: [AttachedLayer] = []
        for text in arns {
            guard let arn = LayerVersionARN(text) else { throw .invalidParameter("Invalid Layer arn: \(text)") }
            let layer = try attach(arn, context)
            if let twin = layers.first(where: { $0.arn.layer == arn.layer }) {
                throw .invalidParameter(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. "
                        + "\(twin.arn) and \(arn) are versions of the same layer.")
            }
            layers.append(layer)
        }
        return layers
    }

    private func attach(_ arn: LayerVersionARN, _ context: RequestContext) throws(ServiceError) -> AttachedLayer {
        guard arn.layer.region == context.region || !context.caller.owns(arn.layer.account) else {
            throw .invalidParameter(
                "Layers are not in the same region as the function. Layers are expected to be in region "
                    + "\(context.region).")
        }
        try authorizer.authorize(arn, LayerPolicyRules.action, context)
        guard let record = try store.converting({ try self.store.catalog.layerVersion(arn) }),
            let package = try packages.existing(record.package)
        else { throw .invalidParameter("Layer version \(arn) does not exist.") }
        return AttachedLayer(arn: arn, package: package)
    }
}
