internal import SSMModel
internal import ServiceKit
internal import Store

/// The labels of versions. A label is on one version of a parameter.
struct ParameterLabels: Sendable {
    let store: SSMStore

    /// Puts labels on a version; they leave the versions that had them.
    ///
    /// Source: *LabelParameterVersion* in the Systems Manager API reference.
    func label(
        _ request: SSM.LabelParameterVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.LabelParameterVersionResult {
        let valid = request.labels.filter(Self.isValid)
        let invalid = request.labels.filter { !Self.isValid($0) }
        let version = try store.write { connection in
            let row = try row(request.name, context, connection)
            let version = request.parameterVersion ?? row.version
            try Self.check(version, of: row, connection)
            let present = try connection.labels(of: row).filter { $0.value == version }.keys
            guard Set(present).union(valid).count <= SSMLimits.labels else {
                throw ServiceError(
                    .parameterVersionLabelLimitExceeded,
                    "An error occurred (ParameterVersionLabelLimitExceeded) when calling the LabelParameterVersion "
                        + "operation: A parameter version can have maximum \(SSMLimits.labels) labels."
                        + "Move one or more labels to another version and try again.")
            }
            for label in valid { try connection.put(label: label, on: version, of: row) }
            return version
        }
        return SSM.LabelParameterVersionResult(invalidLabels: invalid, parameterVersion: version)
    }

    /// Removes labels from a version. Those that are not on it are listed, and no error.
    ///
    /// Source: *UnlabelParameterVersion* in the Systems Manager API reference.
    func unlabel(
        _ request: SSM.UnlabelParameterVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.UnlabelParameterVersionResult {
        let removed = try store.write { connection in
            let row = try row(request.name, context, connection)
            try Self.check(request.parameterVersion, of: row, connection)
            let labels = try connection.labels(of: row)
            let removed = request.labels.filter { labels[$0] == request.parameterVersion }
            for label in removed { try connection.delete(label: label, of: row) }
            return removed
        }
        let invalid = request.labels.filter { !removed.contains($0) }
        return SSM.UnlabelParameterVersionResult(removedLabels: removed, invalidLabels: invalid)
    }

    private func row(
        _ name: String, _ context: RequestContext, _ connection: borrowing Connection
    ) throws -> ParameterRow {
        let row = try connection.parameter(name, ParameterScope(context), at: store.nowMilliseconds())
        guard let row else { throw ServiceError.noParameter }
        return row
    }

    private static func check(
        _ version: Int, of row: ParameterRow, _ connection: borrowing Connection
    ) throws {
        guard try connection.document(of: row, version: version) != nil else {
            throw ServiceError.noVersion(String(version), of: row.name)
        }
    }

    /// Source: "Working with parameter labels", Systems Manager user guide.
    private static func isValid(_ label: String) -> Bool {
        let lower = label.lowercased()
        guard let first = label.unicodeScalars.first, !("0"..."9").contains(first), !lower.hasPrefix("aws"),
            !lower.hasPrefix("ssm")
        else { return false }
        return label.unicodeScalars.allSatisfy(\.isOfParameterName)
    }
}
