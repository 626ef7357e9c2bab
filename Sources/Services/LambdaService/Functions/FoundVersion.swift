internal import Catalog

/// A version of a function that a target was resolved to.
struct FoundVersion: Sendable {
    let function: StoredFunction
    let record: FunctionRecord
    /// Its configuration, with the ARN as the caller named it.
    var document: FunctionDocument
}
