internal import AWSProtocol
internal import SSMModel
internal import ServiceKit
internal import Store

/// Single parameters: written, read and deleted.
struct Parameters: Sendable {
    let store: SSMStore
    let values: ParameterValues

    /// Makes a parameter, or a new version of one.
    ///
    /// Source: *PutParameter* in the Systems Manager API reference.
    func put(
        _ request: SSM.PutParameterRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.PutParameterResult {
        let call = try PutParameterCall(request)
        let tags = try ParameterTags.byKey(checking: request.tags ?? [])
        let scope = ParameterScope(context)
        let document = try store.write { connection in
            let row = try connection.parameter(call.name.text, scope, at: store.nowMilliseconds())
            guard row == nil || request.overwrite == true else {
                throw ServiceError(
                    .parameterAlreadyExists,
                    "The parameter already exists. To overwrite this value, set the overwrite option in the request "
                        + "to true.")
            }
            let old = try row.flatMap { try connection.document(of: $0, version: $0.version) }
                .map { try SSM.ParameterHistory(document: $0) }
            let document = try call.document(after: old, at: store.now, user: context.caller.arn)
            let stored = encrypted(document, scope).document
            let expires = try Self.expiration(of: document)
            guard let row, let version = document.version else {
                try connection.insertParameter(call.name, scope, stored, expires: expires)
                _ = try connection.put(tags: tags, on: scope.resource(call.name.text))
                return document
            }
            try Self.makeRoom(for: row, connection)
            try connection.addVersion(version, of: row, stored, expires: expires)
            return document
        }
        return SSM.PutParameterResult(version: document.version, tier: document.tier)
    }

    /// Reads one parameter.
    ///
    /// Source: *GetParameter* in the Systems Manager API reference.
    func get(
        _ request: SSM.GetParameterRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.GetParameterResult {
        let isDecrypted = request.withDecryption ?? false
        let found = try store.read { connection in try find(request.name, context, connection) }
        return SSM.GetParameterResult(parameter: try parameter(found.get(), isDecrypted))
    }

    /// Reads several parameters. Those that do not exist are listed, and no error.
    ///
    /// Source: *GetParameters* in the Systems Manager API reference.
    func getSeveral(
        _ request: SSM.GetParametersRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.GetParametersResult {
        let isDecrypted = request.withDecryption ?? false
        let results = try store.read { connection in
            try request.names.map { name in (name, try find(name, context, connection)) }
        }
        var parameters: [SSM.Parameter] = []
        var missing: [String] = []
        for (name, result) in results {
            switch result {
            case .success(let found): parameters.append(try parameter(found, isDecrypted))
            case .failure: missing.append(name)
            }
        }
        return SSM.GetParametersResult(parameters: parameters, invalidParameters: missing)
    }

    /// Deletes one parameter.
    ///
    /// Source: *DeleteParameter* in the Systems Manager API reference.
    func delete(
        _ request: SSM.DeleteParameterRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.DeleteParameterResult {
        guard try !delete([request.name], context).isEmpty else { throw .noParameter }
        return SSM.DeleteParameterResult()
    }

    /// Deletes several parameters. Those that do not exist are listed, and no error.
    ///
    /// Source: *DeleteParameters* in the Systems Manager API reference.
    func deleteSeveral(
        _ request: SSM.DeleteParametersRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.DeleteParametersResult {
        let deleted = try delete(request.names, context)
        let missing = request.names.filter { !deleted.contains($0) }
        return SSM.DeleteParametersResult(deletedParameters: deleted, invalidParameters: missing)
    }

    private func delete(_ names: [String], _ context: RequestContext) throws(ServiceError) -> [String] {
        let scope = ParameterScope(context)
        return try store.write { connection in
            try names.filter { name in
                guard try connection.parameter(name, scope, at: store.nowMilliseconds()) != nil else { return false }
                try connection.deleteParameter(name, scope)
                return true
            }
        }
    }

    // MARK: Finding

    /// A version of a parameter, with what the request said of it.
    private struct Found {
        let version: SSM.ParameterHistory
        let selector: String?
        let arn: String
    }

    /// The version that a request names: one of AWS's own, or of the account.
    private func find(
        _ text: String, _ context: RequestContext, _ connection: borrowing Connection
    ) throws -> Result<Found, ServiceError> {
        let scope = ParameterScope(context)
        let selector = ParameterSelector(text, in: scope)
        for name in selector.names {
            if let version = PublicParameters(region: scope.region).parameter(name) {
                return .success(Found(version: version, selector: nil, arn: PublicParameters.arn(of: name, scope)))
            }
            guard let row = try connection.parameter(name, scope, at: store.nowMilliseconds()) else { continue }
            let labels = try connection.labels(of: row)
            guard let number = Self.version(selector.selector, of: row, labels),
                let document = try connection.document(of: row, version: number)
            else { return .failure(.noVersion(selector.selector ?? "", of: name)) }
            return .success(
                Found(
                    version: try SSM.ParameterHistory(document: document), selector: selector.selector,
                    arn: scope.arn(of: name)))
        }
        return .failure(.noParameter)
    }

    /// The number of a version by its number or label; the current one without either.
    private static func version(_ selector: String?, of row: ParameterRow, _ labels: [String: Int]) -> Int? {
        guard let selector else { return row.version }
        return Int(selector) ?? labels[selector]
    }

    /// A version as the answer has it.
    private func parameter(_ found: Found, _ isDecrypted: Bool) throws(ServiceError) -> SSM.Parameter {
        var parameter = try values.parameter(found.version, arn: found.arn, isDecrypted: isDecrypted)
        parameter.selector = found.selector.map { ":" + $0 }
        return parameter
    }

    // MARK: Versions

    private func encrypted(_ version: SSM.ParameterHistory, _ scope: ParameterScope) -> SSM.ParameterHistory {
        guard version.type == .secureString else { return version }
        var encrypted = version
        encrypted.value = values.encrypted(version.value ?? "", arn: scope.arn(of: version.name ?? ""))
        return encrypted
    }

    /// When a version's policies, which may be those of the version before it, delete the parameter.
    private static func expiration(of version: SSM.ParameterHistory) throws -> Int64? {
        let texts = (version.policies ?? []).compactMap(\.policyText)
        return texts.isEmpty ? nil : try ParameterPolicies("[\(texts.joined(separator: ","))]").expiresMilliseconds
    }

    /// Deletes the oldest version of a parameter that has as many as it may have.
    private static func makeRoom(for row: ParameterRow, _ connection: borrowing Connection) throws {
        guard let oldest = try connection.oldestVersion(of: row, ifAtLeast: SSMLimits.versions) else { return }
        guard try !connection.labels(of: row).values.contains(oldest) else {
            throw ServiceError(
                .parameterMaxVersionLimitExceeded,
                "You attempted to create a new version of \(row.name) by calling the PutParameter API with the "
                    + "overwrite flag. Version \(oldest), the oldest version, can't be deleted because it has a label "
                    + "associated with it. Move the label to another version of the parameter, and try again.")
        }
        try connection.deleteVersion(oldest, of: row)
    }
}

extension ParameterScope {
    /// The ARN of a parameter.
    func arn(of name: String) -> String { ParameterName.arn(of: name, account: account, region: region) }

    /// The name of a parameter among all resources that have tags.
    func resource(_ name: String) -> String { "\(account)/\(region)/\(name)" }
}

extension ParameterValues {
    /// A version as *GetParameter* and its relatives describe it.
    func parameter(
        _ version: SSM.ParameterHistory, arn: String, isDecrypted: Bool
    ) throws(ServiceError) -> SSM.Parameter {
        SSM.Parameter(
            name: version.name, type: version.type,
            value: try value(of: version, arn: arn, isDecrypted: isDecrypted), version: version.version,
            lastModifiedDate: version.lastModifiedDate, arn: arn, dataType: version.dataType)
    }
}
