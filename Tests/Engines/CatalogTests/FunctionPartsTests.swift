import Domain
import Store
import StoreEngines
import Testing

@testable import Catalog

/// Versions, aliases and settings of a function.
@Suite(.onEveryEngine) struct FunctionPartsTests {
    private let fixture: CatalogFixture

    init() throws {
        fixture = try CatalogFixture()
        try fixture.create(CatalogFixture.function("f"))
    }

    @Test func `version numbers are never reused, not even by a function of the same name`() throws {
        let next = { try fixture.change("f") { rows, function in try rows.nextVersion(of: function) } }
        #expect(try next() == .number(1))
        #expect(try next() == .number(2))
        try fixture.change("f") { rows, function in try rows.delete(function) }
        try fixture.create(CatalogFixture.function("f"))
        #expect(try next() == .number(3))
    }

    @Test func `an alias is found by the versions that it uses`() throws {
        let (live, test) = (try #require(AliasName("live")), try #require(AliasName("test")))
        try fixture.change("f") { rows, function in
            try rows.put(
                AliasRecord(name: live, version: .number(1), secondVersion: .number(2), document: []), of: function)
            try rows.put(AliasRecord(name: test, version: .latest, secondVersion: nil, document: []), of: function)
            #expect(try rows.aliasNames(using: .number(1), of: function) == [live])
            #expect(try rows.aliasNames(using: .number(2), of: function) == [live])
            #expect(try rows.aliasNames(using: .latest, of: function) == [test])
            #expect(try rows.aliasNames(using: .number(3), of: function) == [])
            #expect(try rows.aliases(of: function, limit: 9).map(\.name) == [live, test])
            #expect(try rows.aliases(of: function, pointingAt: .number(2), limit: 9) == [])
            #expect(try rows.aliases(of: function, after: live, limit: 9).map(\.name) == [test])
        }
    }

    @Test func `deleting a version or an alias deletes its settings`() throws {
        let live = try #require(AliasName("live"))
        try fixture.change("f") { rows, function in
            try rows.put(try CatalogFixture.function("f", version: .number(1)), of: function)
            try rows.put(AliasRecord(name: live, version: .number(1), secondVersion: nil, document: []), of: function)
            for qualifier in ["", "1", "live"] {
                try rows.put(FunctionSetting(qualifier: qualifier, document: []), as: .policy, of: function)
            }
            try rows.delete(live, of: function)
            try rows.delete(.number(1), of: function)
            #expect(try rows.settings(.policy, of: function, limit: 9).map(\.qualifier) == [""])
        }
    }

    @Test func `a version's document is replaced, and its packages stay`() throws {
        let record = try CatalogFixture.function("f", version: .number(1), layers: [CatalogFixture.package("layer")])
        let found = try fixture.change("f") { rows, function in
            try rows.put(record, of: function)
            try rows.setDocument(Array("other".utf8), ofVersion: .number(1), of: function)
            return try rows.version(.number(1), of: function)
        }
        #expect(found?.document == Array("other".utf8))
        #expect(found?.layers == record.layers)
        #expect(found?.code == record.code)
    }

    @Test func `settings are looked up by their target`() throws {
        for name in ["g", "h"] {
            try fixture.create(CatalogFixture.function(name))
            try fixture.change(name) { rows, function in
                try rows.put(FunctionSetting(target: "arn", document: []), as: .codeSigningConfig, of: function)
            }
        }
        let (account, region) = (CatalogFixture.account, CatalogFixture.region)
        try fixture.catalog.read { rows in
            let found = try rows.functions(
                account: account, region: region, whose: .codeSigningConfig, targets: "arn",
                after: FunctionName("g"), limit: 9)
            #expect(found == [try CatalogFixture.id("h")])
        }
    }

    @Test func `resources are kept apart by account, region and kind`() throws {
        let scope = ResourceScope(
            account: CatalogFixture.account, region: CatalogFixture.region, kind: .codeSigningConfig)
        let other = ResourceScope(
            account: CatalogFixture.account, region: CatalogFixture.otherRegion, kind: .codeSigningConfig)
        try fixture.catalog.write { rows in
            try rows.put([1], as: "a", in: scope)
            try rows.put([2], as: "a", in: scope)
            try rows.put([3], as: "b", in: scope)
            #expect(try rows.resource("a", in: scope) == [2])
            #expect(try rows.resource("a", in: other) == nil)
            #expect(try rows.resources(in: scope, after: "a", limit: 9).map(\.name) == ["b"])
            #expect(try rows.deleteResource("a", in: scope))
            #expect(try rows.deleteResource("a", in: scope) == false)
        }
    }
}
