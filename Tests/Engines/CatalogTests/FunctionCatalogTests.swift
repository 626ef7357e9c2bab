import Digest
import Domain
import Store
import StoreEngines
import Testing

@testable import Catalog

@Suite(.onEveryEngine) struct FunctionCatalogTests {
    private let fixture: CatalogFixture

    init() throws {
        fixture = try CatalogFixture()
    }

    private var catalog: Catalog { fixture.catalog }

    private func latest(_ name: String, in catalog: Catalog) throws -> FunctionRecord? {
        let id = try CatalogFixture.id(name)
        return try catalog.read { rows in
            guard let function = try rows.function(id) else { return nil }
            return try rows.version(.latest, of: function)
        }
    }

    @Test func `a function is found as it was created, after a restart too`() throws {
        let layers = [CatalogFixture.package("one"), CatalogFixture.package("two")]
        let record = try CatalogFixture.function("f", layers: layers, document: "{\"memory\":128}")
        try fixture.create(record)
        #expect(try latest("f", in: Catalog(fixture.storage)) == record)
    }

    @Test func `a name is taken once per account and region`() throws {
        let ids = [
            try CatalogFixture.id("f"), try CatalogFixture.id("f", account: CatalogFixture.otherAccount),
            try CatalogFixture.id("f", region: CatalogFixture.otherRegion),
        ]
        for id in ids { try catalog.write { rows in _ = try rows.insert(id) } }
        #expect(throws: StoreError.self) { try catalog.write { rows in _ = try rows.insert(ids[0]) } }
    }

    @Test func `a closure that throws leaves everything as it was`() throws {
        struct Refusal: Error {}
        try fixture.create(CatalogFixture.function("f", document: "1"))
        #expect(throws: Refusal.self) {
            try fixture.change("f") { rows, function in
                try rows.put(try CatalogFixture.function("f", document: "2"), of: function)
                try rows.delete(function)
                throw Refusal()
            }
        }
        #expect(try latest("f", in: catalog)?.document == Array("1".utf8))
    }

    @Test func `concurrent changes are never lost`() async throws {
        let catalog = catalog
        try fixture.create(CatalogFixture.function("f", document: "0"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...4 {
                group.addTask {
                    for _ in 1...10 {
                        try CatalogFixture.change("f", in: catalog) { rows, function in
                            let old = try #require(try rows.version(.latest, of: function))
                            let count = try #require(Int(String(decoding: old.document, as: UTF8.self)))
                            try rows.put(try CatalogFixture.function("f", document: "\(count + 1)"), of: function)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try latest("f", in: catalog)?.document == Array("40".utf8))
    }

    @Test func `deleting a function deletes everything of it`() throws {
        try fixture.create(CatalogFixture.function("f"))
        try fixture.change("f") { rows, function in
            let name = try #require(AliasName("live"))
            try rows.put(AliasRecord(name: name, version: .latest, secondVersion: nil, document: []), of: function)
            try rows.put(FunctionSetting(target: "arn", document: []), as: .policy, of: function)
            try rows.delete(function)
        }
        #expect(try latest("f", in: catalog) == nil)
        #expect(try catalog.referencedDigests() == [])
        let left = try catalog.read { rows in
            try rows.first("SELECT (SELECT count(*) FROM alias) + (SELECT count(*) FROM function_setting)") {
                $0.integer(0)
            }
        }
        #expect(left == 0)
    }

    @Test func `functions are listed by name, page by page`() throws {
        for name in ["c", "a", "b", "B"] { try fixture.create(CatalogFixture.function(name)) }
        let page = { (after: String?) in
            try catalog.read { rows in
                try rows.functions(
                    account: CatalogFixture.account, region: CatalogFixture.region,
                    after: after.flatMap { FunctionName($0) }.map { ($0, .latest) }, limit: 3
                ).map(\.id.name.description)
            }
        }
        #expect(try page(nil) == ["B", "a", "b"])
        #expect(try page("b") == ["c"])
    }

    @Test func `functions with their versions are listed by name and number`() throws {
        for name in ["a", "b"] {
            try fixture.create(CatalogFixture.function(name))
            try fixture.change(name) { rows, function in
                let version = try rows.nextVersion(of: function)
                try rows.put(try CatalogFixture.function(name, version: version), of: function)
            }
        }
        let page = { (after: (FunctionName, FunctionVersion)?) in
            try catalog.read { rows in
                try rows.functions(
                    account: CatalogFixture.account, region: CatalogFixture.region, includingVersions: true,
                    after: after, limit: 3
                ).map { "\($0.id.name):\($0.version)" }
            }
        }
        #expect(try page(nil) == ["a:$LATEST", "a:1", "b:$LATEST"])
        #expect(try page((#require(FunctionName("b")), .latest)) == ["b:1"])
    }

    @Test func `a layer version's bytes stay referred to while a version of a function has them`() throws {
        let (code, layer) = (CatalogFixture.package("code"), CatalogFixture.package("layer"))
        let id = try CatalogFixture.layer("l")
        try fixture.publish(id, layer)
        try fixture.create(CatalogFixture.function("f", code: code, layers: [layer]))
        try catalog.deleteLayerVersion(LayerVersionARN(id, .first))
        #expect(try catalog.referencedDigests() == [code.digest, layer.digest])
        try fixture.change("f") { rows, function in
            try rows.put(try CatalogFixture.function("f", version: .number(1), layers: [layer]), of: function)
            try rows.put(try CatalogFixture.function("f", code: code), of: function)
        }
        #expect(try catalog.referencedDigests() == [code.digest, layer.digest])
        try fixture.change("f") { rows, function in try rows.delete(.number(1), of: function) }
        #expect(try catalog.referencedDigests() == [code.digest])
    }

    @Test func `usage counts functions, and the bytes of all versions and layer versions`() throws {
        try fixture.publish(CatalogFixture.layer("l"), CatalogFixture.package("l", bytes: 1_000))
        try fixture.publish(CatalogFixture.layer("l"), CatalogFixture.package("l", bytes: 1_000))
        let layer = CatalogFixture.package("l", bytes: 1_000)
        let code = CatalogFixture.package("c", bytes: 10)
        for name in ["a", "b"] { try fixture.create(CatalogFixture.function(name, code: code, layers: [layer])) }
        try fixture.change("a") { rows, function in
            try rows.put(try CatalogFixture.function("a", version: .number(1), code: code), of: function)
        }
        let usage = try catalog.usage(account: CatalogFixture.account, region: CatalogFixture.region)
        #expect((usage.functionCount, usage.codeBytes) == (2, 2_030))
        let other = try catalog.usage(account: CatalogFixture.otherAccount, region: CatalogFixture.region)
        #expect((other.functionCount, other.codeBytes) == (0, 0))
    }
}
