import Digest
import Domain
import Testing

@testable import Catalog

@Suite struct FunctionCatalogTests {
    private let fixture: CatalogFixture

    init() throws {
        fixture = try CatalogFixture()
    }

    private var catalog: Catalog { fixture.catalog }

    @Test func `a function is found as it was created, after a restart too`() throws {
        let layers = [CatalogFixture.package("one"), CatalogFixture.package("two")]
        let record = try CatalogFixture.function("f", layers: layers, document: "{\"memory\":128}")
        try catalog.createFunction(record)
        #expect(try Catalog(path: fixture.path).function(record.id) == record)
    }

    @Test func `a name is taken once per account and region`() throws {
        let record = try CatalogFixture.function("f")
        try catalog.createFunction(record)
        #expect(throws: CatalogError.alreadyExists(record.id)) { try catalog.createFunction(record) }
        try catalog.createFunction(CatalogFixture.function("f", account: CatalogFixture.otherAccount))
        try catalog.createFunction(CatalogFixture.function("f", region: CatalogFixture.otherRegion))
    }

    @Test func `an update replaces the revision that its author has seen, or nothing`() throws {
        let first = try CatalogFixture.function("f", revision: 1, document: "1")
        let second = try CatalogFixture.function("f", revision: 2, code: CatalogFixture.package("new"), document: "2")
        try catalog.createFunction(first)
        try catalog.updateFunction(second, replacing: first.revision)
        #expect(try catalog.function(first.id) == second)
        let late = try CatalogFixture.function("f", revision: 3, document: "3")
        #expect(throws: CatalogError.revisionChanged(current: second.revision)) {
            try catalog.updateFunction(late, replacing: first.revision)
        }
        #expect(try catalog.function(first.id) == second)
    }

    @Test func `updates at once never lose one`() async throws {
        let catalog = fixture.catalog
        let record = try CatalogFixture.function("f", revision: 0, document: "0")
        try catalog.createFunction(record)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 1...4 {
                group.addTask {
                    var done = 0
                    while done < 10 {
                        let old = try #require(try catalog.function(record.id))
                        let count = try #require(Int(String(decoding: old.document, as: UTF8.self)))
                        let new = try CatalogFixture.function(
                            "f", revision: task * 1_000 + count + 1, document: "\(count + 1)")
                        do throws(CatalogError) {
                            try catalog.updateFunction(new, replacing: old.revision)
                            done += 1
                        } catch {
                            guard case .revisionChanged = error else { throw error }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try catalog.function(record.id)?.document == Array("40".utf8))
    }

    @Test func `a function that is deleted, or never was, cannot be updated`() throws {
        let record = try CatalogFixture.function("f")
        #expect(throws: CatalogError.notFound(record.id)) {
            try catalog.updateFunction(record, replacing: record.revision)
        }
        try catalog.createFunction(record)
        #expect(try catalog.deleteFunction(record.id))
        #expect(try catalog.deleteFunction(record.id) == false)
        #expect(try catalog.function(record.id) == nil)
        #expect(try catalog.referencedDigests() == [])
    }

    @Test func `functions are listed by name, page by page`() throws {
        for name in ["c", "a", "b", "B"] { try catalog.createFunction(CatalogFixture.function(name)) }
        let page = { (after: String?) in
            try catalog.functions(
                account: CatalogFixture.account, region: CatalogFixture.region,
                after: after.flatMap { FunctionName($0) }, limit: 3
            ).map(\.id.name.description)
        }
        #expect(try page(nil) == ["B", "a", "b"])
        #expect(try page("b") == ["c"])
    }

    @Test func `a layer version's bytes stay referred to while a function has them`() throws {
        let (code, layer) = (CatalogFixture.package("code"), CatalogFixture.package("layer"))
        let id = try CatalogFixture.layer("l")
        try fixture.publish(id, layer)
        let function = try CatalogFixture.function("f", code: code, layers: [layer])
        try catalog.createFunction(function)
        try catalog.deleteLayerVersion(LayerVersionARN(id, .first))
        #expect(try catalog.referencedDigests() == [code.digest, layer.digest])
        let without = try CatalogFixture.function("f", revision: 1, code: code)
        try catalog.updateFunction(without, replacing: function.revision)
        #expect(try catalog.referencedDigests() == [code.digest])
    }

    @Test func `usage counts functions, and the bytes of code and layer versions`() throws {
        try fixture.publish(CatalogFixture.layer("l"), CatalogFixture.package("l", bytes: 1_000))
        try fixture.publish(CatalogFixture.layer("l"), CatalogFixture.package("l", bytes: 1_000))
        let layer = CatalogFixture.package("l", bytes: 1_000)
        for name in ["a", "b"] {
            let code = CatalogFixture.package(name, bytes: 10)
            try catalog.createFunction(CatalogFixture.function(name, code: code, layers: [layer]))
        }
        let usage = try catalog.usage(account: CatalogFixture.account, region: CatalogFixture.region)
        #expect((usage.functionCount, usage.codeBytes) == (2, 2_020))
        let other = try catalog.usage(account: CatalogFixture.otherAccount, region: CatalogFixture.region)
        #expect((other.functionCount, other.codeBytes) == (0, 0))
    }
}
