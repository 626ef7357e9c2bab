internal import ServiceKit
internal import LambdaModel
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LayerStore

/// A layer version as a function is about to use it. The collector keeps its package while this lives, also when the
/// version is deleted before the function is stored.
struct AttachedLayer {
    /// The version.
    var arn: LayerVersionARN
    /// Its package.
    var package: StoredPackage

    /// How the API describes it.
    var configuration: Lambda.Layer { Lambda.Layer(arn: arn.description, codeSize: package.zipBytes) }
}

/// Finds the layer versions that a function is to use.
struct LayerAttachment: Sendable {
    let store: LambdaStore
    let authorizer: FunctionAuthorizer
    let packages: PackageIntake

    /// Finds the layer versions that a function is to use.
    ///
    /// Lambda takes layers that name other runtimes or architectures than the function's, and so does this. A version
    /// that was deleted cannot be named any more, not even by a function that has it.
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
            let package = try hold(record.package)
        else { throw .invalidParameter("Layer version \(arn) does not exist.") }
        return AttachedLayer(arn: arn, package: package)
    }

    /// A package that the collector cannot take any more; `nil` where it was deleted since its row was read.
    private func hold(_ reference: PackageReference) throws(ServiceError) -> StoredPackage? {
        try store.converting {
            do throws(LayerStoreError) { return try self.packages.layerStore.package(reference.digest) } catch .notFound
            {
                return nil
            }
        }
    }
}
