internal import Catalog
internal import Domain
internal import LambdaModel

/// Reads and writes the rows of tags.
enum TagRows {
    /// A function's tags; `nil` where it has none.
    static func tags(of function: StoredFunction, _ rows: borrowing CatalogTransaction) throws -> [String: String]? {
        guard let setting = try rows.setting(.tags, of: function) else { return nil }
        let stored: Lambda.ListTagsResponse = try LambdaStore.decode(setting.document)
        return stored.tags
    }

    /// Stores a function's tags; without tags its row is deleted.
    static func put(
        tags: [String: String], of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        guard !tags.isEmpty else {
            try rows.deleteSetting(.tags, of: function)
            return
        }
        let document = LambdaStore.encode(Lambda.ListTagsResponse(tags: tags))
        try rows.put(FunctionSetting(document: document), as: .tags, of: function)
    }

    /// Stores a code signing configuration's tags; without tags its row is deleted.
    static func put(
        tags: [String: String], on arn: CodeSigningConfigARN, _ rows: borrowing CatalogTransaction
    ) throws {
        guard !tags.isEmpty else {
            try rows.deleteResource(arn.id, in: arn.tagScope)
            return
        }
        try rows.put(LambdaStore.encode(Lambda.ListTagsResponse(tags: tags)), as: arn.id, in: arn.tagScope)
    }
}
