import Digest
import Domain
import StoreEngines
import Testing

@testable import Catalog

/// A catalogue in storage of its own, which is removed with it.
final class CatalogFixture {
    let storage: TestStorage
    let catalog: Catalog

    init() throws {
        storage = try TestStorage()
        catalog = try Catalog(storage)
    }

    static let account = AccountID("123456789012").unsafelyUnwrapped
    static let otherAccount = AccountID("210987654321").unsafelyUnwrapped
    static let region = Region("us-east-1").unsafelyUnwrapped
    static let otherRegion = Region("eu-west-1").unsafelyUnwrapped

    static func package(_ name: String, bytes: Int = 10) -> PackageReference {
        PackageReference(digest: SHA256Digest(hashing: Array(name.utf8)), zipBytes: bytes)
    }

    static func layer(_ name: String, account: AccountID = account, region: Region = region) throws -> LayerID {
        LayerID(account: account, region: region, name: try #require(LayerName(name)))
    }

    static func id(
        _ name: String, account: AccountID = account, region: Region = region
    ) throws -> FunctionID {
        FunctionID(account: account, region: region, name: try #require(FunctionName(name)))
    }

    static func function(
        _ name: String, version: FunctionVersion = .latest, code: PackageReference = package("code"),
        layers: [PackageReference] = [], document: String = "{}"
    ) throws -> FunctionRecord {
        FunctionRecord(
            id: try id(name), version: version, code: code, layers: layers, document: Array(document.utf8))
    }

    /// Adds a function that has a `$LATEST` version.
    func create(_ record: FunctionRecord) throws {
        try catalog.write { rows in try rows.put(record, of: try rows.insert(record.id)) }
    }

    /// Runs a transaction with an existing function.
    func change<Value: Sendable>(
        _ name: String, _ body: (borrowing CatalogTransaction, StoredFunction) throws -> Value
    ) throws -> Value {
        try Self.change(name, in: catalog, body)
    }

    static func change<Value: Sendable>(
        _ name: String, in catalog: Catalog,
        _ body: (borrowing CatalogTransaction, StoredFunction) throws -> Value
    ) throws -> Value {
        let id = try id(name)
        return try catalog.write { rows in try body(rows, try #require(try rows.function(id))) }
    }

    @discardableResult
    func publish(
        _ layer: LayerID, _ package: PackageReference = package("layer"), runtimes: [String] = [],
        architectures: [Architecture] = []
    ) throws -> LayerVersionRecord {
        try catalog.publishLayerVersion(
            of: layer, package: package, runtimes: runtimes.compactMap { RuntimeIdentifier($0) },
            architectures: architectures, makeDocument: { Array("version \($0)".utf8) })
    }
}
