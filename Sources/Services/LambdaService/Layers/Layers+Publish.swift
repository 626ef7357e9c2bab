internal import AWSProtocol
internal import Catalog
internal import Digest
internal import Domain
internal import LambdaModel
internal import LayerStore
internal import ServiceKit

extension Layers {
    /// Publishes a version of a layer: its bytes, unpacked and durable, then its row.
    ///
    /// Source: *PublishLayerVersion* in the Lambda API reference.
    func publishLayerVersion(
        _ request: Lambda.PublishLayerVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.PublishLayerVersionResponse {
        let layer = try ownLayer(request.layerName, context)
        let package = try packages.package(from: try PackageLocation(request.content), context)
        try packages.checkCodeStorage(adding: package.zipBytes, context)
        let record = try store.converting {
            // Until the row exists, only the package keeps its bytes from the collector; the closure below holds it.
            try self.store.catalog.publishLayerVersion(
                of: layer, package: package.reference,
                runtimes: (request.compatibleRuntimes ?? []).compactMap { RuntimeIdentifier($0.rawValue) },
                architectures: (request.compatibleArchitectures ?? []).compactMap {
                    Domain.Architecture(rawValue: $0.rawValue)
                }
            ) { number in
                let document = Self.document(of: request, layer, number, package)
                return JSON.encode(document.awsValue, as: Lambda.GetLayerVersionResponse.schema)
            }
        }
        reviewer.reviewPublication(
            of: LayerReviewer.Layer(arn: LayerVersionARN(layer, record.number), package: package), record.runtimes,
            record.architectures)
        let version = try layerVersion(record, context)
        return Lambda.PublishLayerVersionResponse(
            content: version.content, layerArn: version.layerArn, layerVersionArn: version.layerVersionArn,
            description: version.description, createdDate: version.createdDate, version: version.version,
            compatibleArchitectures: version.compatibleArchitectures, compatibleRuntimes: version.compatibleRuntimes,
            licenseInfo: version.licenseInfo)
    }

    /// The stored document of a layer version: the response of *GetLayerVersion* without its download link.
    private static func document(
        of request: Lambda.PublishLayerVersionRequest, _ layer: LayerID, _ number: LayerVersionNumber,
        _ package: StoredPackage
    ) -> Lambda.GetLayerVersionResponse {
        Lambda.GetLayerVersionResponse(
            content: Lambda.LayerVersionContentOutput(codeSha256: package.digest.base64, codeSize: package.zipBytes),
            layerArn: layer.description, layerVersionArn: LayerVersionARN(layer, number).description,
            description: request.description ?? "", createdDate: LambdaTime.now(), version: number.value,
            compatibleArchitectures: request.compatibleArchitectures, compatibleRuntimes: request.compatibleRuntimes,
            licenseInfo: request.licenseInfo)
    }
}
