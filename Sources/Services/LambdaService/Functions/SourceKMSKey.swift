internal import Catalog
internal import Domain
internal import LambdaModel

/// The key that the code of a version was encrypted with before it was uploaded: stored and returned, not used.
enum SourceKMSKey {
    /// The key that a version's code was encrypted with before it was uploaded.
    static func arn(
        _ version: FunctionVersion, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> String? {
        try rows.setting(.sourceKMSKey, of: function, qualifier: version.description)?.target
    }

    /// Stores the key that a version's code was encrypted with; `nil` removes it.
    static func put(
        _ arn: String?, _ version: FunctionVersion, of function: StoredFunction,
        _ rows: borrowing CatalogTransaction
    ) throws {
        let qualifier = version.description
        guard let arn, !arn.isEmpty else {
            try rows.deleteSetting(.sourceKMSKey, of: function, qualifier: qualifier)
            return
        }
        let document = LambdaStore.encode(Lambda.FunctionCodeLocation(sourceKMSKeyArn: arn))
        try rows.put(
            FunctionSetting(qualifier: qualifier, target: arn, document: document), as: .sourceKMSKey, of: function)
    }
}
