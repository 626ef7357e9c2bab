import Domain
import StoreEngines
import Testing

@testable import Catalog

@Suite(.onEveryEngine) struct LayerCatalogTests {
    private let fixture: CatalogFixture

    init() throws {
        fixture = try CatalogFixture()
    }

    private var catalog: Catalog { fixture.catalog }

    @Test func `versions count up, and a deleted number is never reused`() throws {
        let layer = try CatalogFixture.layer("numpy")
        #expect(try (1...3).map { _ in try fixture.publish(layer).number.value } == [1, 2, 3])
        for number in 1...3 {
            let arn = LayerVersionARN(layer, try #require(LayerVersionNumber(number)))
            #expect(try catalog.deleteLayerVersion(arn))
            #expect(try catalog.deleteLayerVersion(arn) == false)
            #expect(try catalog.layerVersion(arn) == nil)
        }
        #expect(try Catalog(fixture.storage).layerVersions(of: layer, limit: 10) == [])
        #expect(try fixture.publish(layer).number.value == 4)
    }

    @Test func `a version is found as it was published, after a restart too`() throws {
        let layer = try CatalogFixture.layer("numpy")
        let record = try fixture.publish(layer, runtimes: ["python3.12", "java8.al2"], architectures: [.x86, .arm])
        #expect(record.document == Array("version 1".utf8))
        #expect(try Catalog(fixture.storage).layerVersion(LayerVersionARN(layer, .first)) == record)
    }

    @Test func `accounts and regions do not see each other`() throws {
        let ours = try CatalogFixture.layer("numpy")
        let theirs = try CatalogFixture.layer("numpy", account: CatalogFixture.otherAccount)
        let elsewhere = try CatalogFixture.layer("numpy", region: CatalogFixture.otherRegion)
        try fixture.publish(ours)
        try fixture.publish(ours)
        #expect(try fixture.publish(theirs).number == .first)
        #expect(try fixture.publish(elsewhere).number == .first)
        let listed = try catalog.layers(account: theirs.account, region: theirs.region, limit: 10)
        #expect(listed.map(\.layer) == [theirs])
    }

    @Test func `a list shows each layer's newest version that matches the filter, by name`() throws {
        let (a, b) = (try CatalogFixture.layer("a"), try CatalogFixture.layer("b"))
        try fixture.publish(b, runtimes: ["python3.11"])
        try fixture.publish(a, runtimes: ["java8"], architectures: [.arm])
        try fixture.publish(a, runtimes: ["java8.al2"])
        let list = { (filter: LayerFilter) in
            try catalog.layers(account: a.account, region: a.region, matching: filter, limit: 10)
                .map { "\($0.layer.name)\($0.number)" }
        }
        #expect(try list(.all) == ["a2", "b1"])
        #expect(try list(LayerFilter(runtime: RuntimeIdentifier("java8"))) == ["a1"])
        #expect(try list(LayerFilter(runtime: RuntimeIdentifier("java8.al2"))) == ["a2"])
        #expect(try list(LayerFilter(runtime: RuntimeIdentifier("python3.1"))) == [])
        #expect(try list(LayerFilter(architecture: .arm)) == ["a1"])
        #expect(try list(LayerFilter(architecture: .x86)) == [])
    }

    @Test func `pages stay consistent while layers are added and deleted`() throws {
        for name in ["a", "b", "c", "d"] { try fixture.publish(CatalogFixture.layer(name)) }
        let page = { (after: String?) in
            try catalog.layers(
                account: CatalogFixture.account, region: CatalogFixture.region, after: after.flatMap { LayerName($0) },
                limit: 2
            ).map(\.layer.name.description)
        }
        #expect(try page(nil) == ["a", "b"])
        try fixture.publish(CatalogFixture.layer("aa"))
        try catalog.deleteLayerVersion(LayerVersionARN(CatalogFixture.layer("b"), .first))
        #expect(try page("b") == ["c", "d"])
        #expect(try page("d") == [])
    }

    @Test func `versions are listed newest first, page by page`() throws {
        let layer = try CatalogFixture.layer("a")
        for _ in 1...5 { try fixture.publish(layer) }
        let page = { (before: Int?) in
            try catalog.layerVersions(of: layer, before: before.flatMap { LayerVersionNumber($0) }, limit: 2)
                .map(\.number.value)
        }
        #expect(try page(nil) == [5, 4])
        try fixture.publish(layer)
        #expect(try page(4) == [3, 2])
        #expect(try page(2) == [1])
    }

    @Test func `versions that are published concurrently get different numbers`() async throws {
        let layer = try CatalogFixture.layer("a")
        let catalog = fixture.catalog
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try catalog.publishLayerVersion(
                        of: layer, package: CatalogFixture.package("a"), runtimes: [], architectures: [],
                        makeDocument: { _ in [] }
                    ).number.value
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(numbers == Set(1...20))
    }

    @Test func `a version's policy is stored, removed, and deleted with the version`() throws {
        let layer = try CatalogFixture.layer("numpy")
        try fixture.publish(layer)
        try fixture.publish(layer)
        let first = LayerVersionARN(layer, .first)
        let second = LayerVersionARN(layer, try #require(LayerVersionNumber(2)))
        #expect(try policy(of: first) == nil)
        try setPolicy([1, 2], of: first)
        #expect(try policy(of: first) == [1, 2])
        #expect(try policy(of: second) == nil)
        #expect(try catalog.layerVersion(first) != nil)
        try setPolicy(nil, of: first)
        #expect(try policy(of: first) == nil)
        try catalog.deleteLayerVersion(first)
        #expect(try catalog.read { rows in try rows.layerVersion(first) } == nil)
    }

    private func policy(of arn: LayerVersionARN) throws -> [UInt8]? {
        try catalog.read { rows in try #require(try rows.layerVersion(arn)).policy }
    }

    private func setPolicy(_ policy: [UInt8]?, of arn: LayerVersionARN) throws {
        try catalog.write { rows in try rows.setPolicy(policy, of: try #require(try rows.layerVersion(arn))) }
    }
}
