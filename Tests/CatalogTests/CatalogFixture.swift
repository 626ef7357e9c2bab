import Digest
import Domain
import Glibc
import Testing

@testable import Catalog

/// A catalogue in a folder of its own, which goes away with it.
final class CatalogFixture {
    let path: String
    let catalog: Catalog
    private let folder: String

    init() throws {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/strata.db"
        catalog = try Catalog(path: path)
    }

    deinit {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(folder)
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

    static func function(
        _ name: String, account: AccountID = account, region: Region = region, revision: Int = 0,
        code: PackageReference = package("code"), layers: [PackageReference] = [], document: String = "{}"
    ) throws -> FunctionRecord {
        let id = FunctionID(account: account, region: region, name: try #require(FunctionName(name)))
        return FunctionRecord(
            id: id, revision: try self.revision(revision), code: code, layers: layers, document: Array(document.utf8))
    }

    static func revision(_ number: Int) throws -> RevisionID {
        let digits = String(number)
        let padded = String(repeating: "0", count: 12 - digits.count) + digits
        return try #require(RevisionID("00000000-0000-4000-8000-\(padded)"))
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
