internal import AWSProtocol
internal import SSMModel
internal import ServiceKit
internal import Store

/// Lists of parameters, and of a parameter's versions.
struct ParameterListings: Sendable {
    let store: SSMStore
    let values: ParameterValues

    /// Rows that are read at a time while a page is filled.
    private static let batchSize = 100

    /// Lists the parameters in a path.
    ///
    /// Source: *GetParametersByPath* in the Systems Manager API reference.
    func byPath(
        _ request: SSM.GetParametersByPathRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.GetParametersByPathResult {
        let path = try Self.path(checking: request.path)
        let filters = try ParameterFilters(request.parameterFilters ?? [], for: .path)
        let isRecursive = request.recursive ?? false
        let isDecrypted = request.withDecryption ?? false
        let paging = Paging(
            "path \(path) \(isRecursive) \(request.parameterFilters?.awsValue ?? .null)",
            size: Page.size(requested: request.maxResults, default: 10, limit: 10))
        let after = try key(of: request.nextToken, paging)
        let scope = ParameterScope(context)
        if let own = PublicParameters(region: scope.region).parameters(in: path, isRecursive: isRecursive) {
            let page = paging.page(own.filter { ($0.name ?? "") > after }) { $0.name ?? "" }
            return SSM.GetParametersByPathResult(
                parameters: try page.elements.map { version throws(ServiceError) in
                    let arn = PublicParameters.arn(of: version.name ?? "", scope)
                    return try values.parameter(version, arn: arn, isDecrypted: isDecrypted)
                }, nextToken: page.marker)
        }
        let found = try store.read { connection in
            try select(
                scope, in: path, isRecursive: isRecursive, after: after, limit: paging.limit, filters, connection)
        }
        let page = paging.page(found) { $0.name ?? "" }
        return SSM.GetParametersByPathResult(
            parameters: try page.elements.map { version throws(ServiceError) in
                try values.parameter(version, arn: scope.arn(of: version.name ?? ""), isDecrypted: isDecrypted)
            }, nextToken: page.marker)
    }

    /// Lists the account's parameters without their values.
    ///
    /// Source: *DescribeParameters* in the Systems Manager API reference.
    func describe(
        _ request: SSM.DescribeParametersRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.DescribeParametersResult {
        if request.filters?.isEmpty == false, request.parameterFilters?.isEmpty == false {
            throw ServiceError(.validation, "You can use either Filters or ParameterFilters in a single request.")
        }
        let wanted = request.parameterFilters ?? (request.filters ?? []).map { SSM.ParameterStringFilter(legacy: $0) }
        let filters = try ParameterFilters(wanted, for: .description)
        let paging = Paging(
            "parameters \(wanted.awsValue)", size: Page.size(requested: request.maxResults, default: 50, limit: 50))
        let after = try key(of: request.nextToken, paging)
        // Parameters are not shared between accounts here, so none is another's.
        guard request.shared != true else { return SSM.DescribeParametersResult(parameters: []) }
        let scope = ParameterScope(context)
        let found = try store.read { connection in
            try select(scope, in: nil, isRecursive: true, after: after, limit: paging.limit, filters, connection)
        }
        let page = paging.page(found) { $0.name ?? "" }
        return SSM.DescribeParametersResult(
            parameters: page.elements.map { version in
                SSM.ParameterMetadata(
                    name: version.name, arn: scope.arn(of: version.name ?? ""), type: version.type,
                    keyId: version.keyId, lastModifiedDate: version.lastModifiedDate,
                    lastModifiedUser: version.lastModifiedUser, description: version.description,
                    allowedPattern: version.allowedPattern, version: version.version, tier: version.tier,
                    policies: version.policies ?? [], dataType: version.dataType)
            }, nextToken: page.marker)
    }

    /// Lists a parameter's versions, the oldest first.
    ///
    /// Source: *GetParameterHistory* in the Systems Manager API reference.
    func history(
        _ request: SSM.GetParameterHistoryRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.GetParameterHistoryResult {
        let paging = Paging(
            "history \(request.name)", size: Page.size(requested: request.maxResults, default: 50, limit: 50))
        let after = Int(try key(of: request.nextToken, paging)) ?? 0
        let scope = ParameterScope(context)
        let isDecrypted = request.withDecryption ?? false
        let (documents, labels) = try store.read { connection in
            for name in ParameterSelector(request.name, in: scope).names {
                guard let row = try connection.parameter(name, scope, at: store.nowMilliseconds()) else { continue }
                return (
                    try connection.documents(of: row, after: after, limit: paging.limit), try connection.labels(of: row)
                )
            }
            throw ServiceError.noParameter
        }
        let versions = try documents.map { document throws(ServiceError) in
            try history(document, labels, scope, isDecrypted)
        }
        let page = paging.page(versions) { String($0.version ?? 0) }
        return SSM.GetParameterHistoryResult(parameters: page.elements, nextToken: page.marker)
    }

    private func history(
        _ document: [UInt8], _ labels: [String: Int], _ scope: ParameterScope, _ isDecrypted: Bool
    ) throws(ServiceError) -> SSM.ParameterHistory {
        var version = try store.decoded(document)
        version.value = try values.value(of: version, arn: scope.arn(of: version.name ?? ""), isDecrypted: isDecrypted)
        version.labels = labels.filter { $0.value == version.version }.keys.sorted()
        return version
    }

    /// The parameters that match, until there are enough. Rows are read in batches, because filters look into them.
    private func select(
        _ scope: ParameterScope, in path: String?, isRecursive: Bool, after: String, limit: Int,
        _ filters: ParameterFilters, _ connection: borrowing Connection
    ) throws -> [SSM.ParameterHistory] {
        var found: [SSM.ParameterHistory] = []
        var after = after
        // The root has the names without a slash too.
        let isRoot = path == "/"
        while found.count < limit {
            let batch = try connection.parameters(
                scope, in: isRoot ? nil : path, isRecursive: isRecursive, after: after, at: store.nowMilliseconds(),
                limit: Self.batchSize)
            for stored in batch where !isRoot || isRecursive || !stored.row.name.dropFirst().contains("/") {
                let version = try SSM.ParameterHistory(document: stored.document)
                let tags = filters.needsTags ? try connection.tags(of: scope.resource(stored.row.name)) : [:]
                let labels = filters.needsLabels ? try connection.labels(of: stored.row) : [:]
                if filters.accept(version, tags: tags, labels: Set(labels.keys)) { found.append(version) }
            }
            guard batch.count == Self.batchSize, let last = batch.last else { break }
            after = last.row.name
        }
        return found
    }

    private func key(of token: String?, _ paging: Paging) throws(ServiceError) -> String {
        try paging.key(of: token) { _ in ServiceError(.invalidNextToken, "The specified token is not valid.") } ?? ""
    }

    /// The path of a request, with a slash behind.
    private static func path(checking path: String) throws(ServiceError) -> String {
        guard path.hasPrefix("/"), path.unicodeScalars.allSatisfy(\.isOfParameterPath), !path.contains("//") else {
            throw ServiceError(
                .validation,
                "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a "
                    + "forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must "
                    + "use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). "
                    + "Special characters are not allowed. All sub-paths, if specified, must use the forward slash "
                    + "symbol \"/\". Valid example: /get/parameters2-/by1./path0_.")
        }
        return path.hasSuffix("/") ? path : path + "/"
    }
}
