import Catalog
import Digest
import Domain
import Glibc
import ServiceKit
import Synchronization
import StoreEngines
import Testing

@testable import LambdaService

/// Commits of the catalogue and the followers of their changes.
@Suite final class ChangesTests {
    private struct DiskFault: Error {}

    private let storage: TestStorage
    private let feed: ChangeFeed<CatalogChange>
    private let store: LambdaStore
    private let function: FunctionID

    init() throws {
        storage = try TestStorage()
        let feed = try ChangeFeed<CatalogChange>()
        self.feed = feed
        store = LambdaStore(catalog: try Catalog(storage, didCommit: feed.publish))
        function = try RouteCacheTests.target("thumbnails").function
    }

    deinit {
        feed.stop()
    }

    private func record(_ version: FunctionVersion) -> FunctionRecord {
        FunctionRecord(
            id: function, version: version,
            code: PackageReference(digest: SHA256Digest(hashing: [1]), zipBytes: 1), layers: [], document: [1])
    }

    @Test func `each change of rows is published before its call returns`() throws {
        let changes = Mutex<[CatalogChange]>([])
        feed.addInvalidation { change in changes.withLock { $0.append(change) } }
        func published(by body: (borrowing CatalogTransaction, StoredFunction) throws -> Void) throws -> [CatalogChange]
        {
            try store.write { rows in
                try body(rows, try rows.function(function) ?? rows.insert(function))
            }
            return changes.withLock { list in
                defer { list = [] }
                return list
            }
        }
        let live = try #require(AliasName("live"))
        let alias = AliasRecord(name: live, version: .number(1), secondVersion: nil, document: [])
        #expect(try published { try $0.put(self.record(.latest), of: $1) } == [.latestVersion(function)])
        #expect(
            try published { try $0.put(self.record(.latest), of: $1) }
                == [.latestVersion(function), .releasedPackages])
        #expect(try published { try $0.put(self.record(.number(1)), of: $1) } == [.publishedVersion(function)])
        #expect(try published { try $0.put(alias, of: $1) } == [.alias(function)])
        for kind in FunctionSettingKind.allCases {
            let setting = FunctionSetting(qualifier: "live", document: [])
            #expect(try published { try $0.put(setting, as: kind, of: $1) } == [.setting(kind, function)])
            #expect(
                try published { try $0.deleteSetting(kind, of: $1, qualifier: "live") } == [.setting(kind, function)])
        }
        #expect(try published { try $0.delete(live, of: $1) } == [.alias(function)])
        #expect(
            try published { try $0.delete(.number(1), of: $1) }
                == [.deletedVersion(function, .number(1)), .releasedPackages])
        #expect(
            try published { try $0.delete($1) }
                == [.deletedFunction(function, versions: [.latest]), .releasedPackages])
    }

    @Test func `a write succeeds although the effect of its change fails, which is retried`() throws {
        let attempts = Atomic(0)
        let amounts = Mutex<[Int?]>([])
        let store = store
        feed.addEffect(named: "reservation") { change in
            guard case .setting(.reservedConcurrency, let id) = change else { return }
            guard attempts.add(1, ordering: .relaxed).newValue > 2 else { throw DiskFault() }
            let amount = try store.read { rows in
                try rows.function(id).flatMap { try rows.setting(.reservedConcurrency, of: $0)?.amount }
            }
            amounts.withLock { $0.append(amount) }
        }
        try store.write { rows in
            try rows.put(FunctionSetting(amount: 7, document: []), as: .reservedConcurrency, of: rows.insert(function))
        }
        for _ in 0..<1_000 where feed.failedEffects > 0 { usleep(10_000) }
        #expect(amounts.withLock { $0 } == [7])
        #expect(attempts.load(ordering: .relaxed) == 3)
    }

    @Test func `a transaction that fails publishes nothing`() throws {
        let changes = Mutex<[CatalogChange]>([])
        feed.addInvalidation { change in changes.withLock { $0.append(change) } }
        #expect(throws: ServiceError.self) {
            try store.write { rows in
                try rows.put(self.record(.latest), of: rows.insert(function))
                throw DiskFault()
            }
        }
        #expect(changes.withLock { $0 } == [])
    }
}
