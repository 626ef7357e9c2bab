internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of layers and their versions.
struct Layers: Sendable {
    let store: LambdaStore
    let authorizer: FunctionAuthorizer
    let packages: PackageIntake
    let downloads: Downloads
    let reviewer: LayerReviewer

    /// Describes a version of a layer, with a link to its zip that works for ten minutes.
    ///
    /// Source: *GetLayerVersion* in the Lambda API reference.
    func getLayerVersion(
        _ request: Lambda.GetLayerVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetLayerVersionResponse {
        let arn = try layerVersionARN(request.layerName, request.versionNumber, context)
        return try layerVersion(found(arn), context)
    }

    /// Describes a version of a layer by its ARN.
    ///
    /// Source: *GetLayerVersionByArn* in the Lambda API reference.
    func getLayerVersionByArn(
        _ request: Lambda.GetLayerVersionByArnRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetLayerVersionResponse {
        guard let arn = LayerVersionARN(request.arn) else {
            throw .invalidParameter("Invalid Layer Version ARN: \(request.arn)")
        }
        try authorizer.authorize(arn, LayerPolicyRules.action, context)
        return try layerVersion(found(arn), context)
    }

    /// Lists an account's layers by name, each with its latest version.
    ///
    /// Source: *ListLayers* in the Lambda API reference.
    func listLayers(
        _ request: Lambda.ListLayersRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListLayersResponse {
        let paging = Paging("layers", maxItems: request.maxItems)
        let after = try paging.key(of: request.marker).flatMap { LayerName($0) }
        let filter = filter(request.compatibleRuntime?.rawValue, request.compatibleArchitecture?.rawValue)
        let records = try store.converting {
            try self.store.catalog.layers(
                account: context.account, region: context.region, matching: filter, after: after, limit: paging.limit)
        }
        let page = paging.page(records) { $0.layer.name.description }
        let items = try page.elements.map { record throws(ServiceError) in
            let latest = try item(record)
            return Lambda.LayersListItem(
                layerName: record.layer.name.description, layerArn: record.layer.description,
                latestMatchingVersion: latest)
        }
        return Lambda.ListLayersResponse(nextMarker: page.marker, layers: items)
    }

    /// Lists the versions of a layer, the newest first.
    ///
    /// Source: *ListLayerVersions* in the Lambda API reference.
    func listLayerVersions(
        _ request: Lambda.ListLayerVersionsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListLayerVersionsResponse {
        let layer = try ownLayer(request.layerName, context)
        let paging = Paging(layer.description, maxItems: request.maxItems)
        let before = try paging.key(of: request.marker).flatMap {
            LayerVersionNumber($0)
        }
        let filter = filter(request.compatibleRuntime?.rawValue, request.compatibleArchitecture?.rawValue)
        let records = try store.converting {
            try self.store.catalog.layerVersions(of: layer, matching: filter, before: before, limit: paging.limit)
        }
        let page = paging.page(records) { $0.number.description }
        let items = try page.elements.map { record throws(ServiceError) in try item(record) }
        return Lambda.ListLayerVersionsResponse(nextMarker: page.marker, layerVersions: items)
    }

    /// Deletes a version of a layer. Functions that use it keep its bytes. Deleting a version that does not exist
    /// succeeds, as on Lambda.
    ///
    /// Source: *DeleteLayerVersion* in the Lambda API reference.
    func deleteLayerVersion(
        _ request: Lambda.DeleteLayerVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let arn = try layerVersionARN(request.layerName, request.versionNumber, context)
        _ = try store.converting { try self.store.catalog.deleteLayerVersion(arn) }
        return NoMembers()
    }
}

extension Layers {
    /// The layer that a caller names, which must be its own: only layer versions have policies.
    func ownLayer(_ name: String, _ context: RequestContext) throws(ServiceError) -> LayerID {
        let layer = try layer(name, context)
        guard context.caller.owns(layer.account), layer.region == context.region else {
            throw .denied(
                PolicyRequest(caller: context.caller, action: context.action, resource: layer.description))
        }
        return layer
    }

    /// The layer version that a caller names, after authorization of the request.
    func layerVersionARN(
        _ name: String, _ number: Int, _ context: RequestContext
    ) throws(ServiceError) -> LayerVersionARN {
        guard let version = LayerVersionNumber(number) else {
            throw .invalidParameter("Layer Version Cannot be less than 1")
        }
        let arn = LayerVersionARN(try layer(name, context), version)
        try authorizer.authorize(arn, context.action, context)
        return arn
    }

    private func layer(_ name: String, _ context: RequestContext) throws(ServiceError) -> LayerID {
        guard let layer = LayerID(reference: name, account: context.account, region: context.region) else {
            throw .invalidParameter("Invalid Layer name: \(name)")
        }
        return layer
    }

    private func found(_ arn: LayerVersionARN) throws(ServiceError) -> LayerVersionRecord {
        guard let record = try store.converting({ try self.store.catalog.layerVersion(arn) }) else {
            throw .noSuchResource
        }
        return record
    }

    /// A stored layer version in the form of *GetLayerVersion*, with a new link.
    func layerVersion(
        _ record: LayerVersionRecord, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetLayerVersionResponse {
        var version: Lambda.GetLayerVersionResponse = try LambdaStore.decode(record.document)
        version.content?.location = downloads.link(record.package.digest, context)
        return version
    }

    private func item(_ record: LayerVersionRecord) throws(ServiceError) -> Lambda.LayerVersionsListItem {
        let version: Lambda.GetLayerVersionResponse = try LambdaStore.decode(record.document)
        return Lambda.LayerVersionsListItem(
            layerVersionArn: version.layerVersionArn, version: version.version, description: version.description,
            createdDate: version.createdDate, compatibleArchitectures: version.compatibleArchitectures,
            compatibleRuntimes: version.compatibleRuntimes, licenseInfo: version.licenseInfo)
    }

    private func filter(_ runtime: String?, _ architecture: String?) -> LayerFilter {
        LayerFilter(
            runtime: runtime.flatMap { RuntimeIdentifier($0) },
            architecture: architecture.flatMap { Domain.Architecture(rawValue: $0) })
    }
}
