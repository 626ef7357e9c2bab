import Domain
import Testing

@testable import Catalog

/// How much of an account's concurrency its functions reserve.
@Suite struct ConcurrencyTests {
    private let fixture: CatalogFixture

    init() throws { fixture = try CatalogFixture() }

    @Test func `a function takes its reserved concurrency, or without it the provisioned one`() throws {
        let (account, region) = (CatalogFixture.account, CatalogFixture.region)
        func set(_ kind: FunctionSettingKind, _ amounts: [Int], of name: String) throws {
            try fixture.change(name) { rows, function in
                for (number, amount) in amounts.enumerated() {
                    let setting = FunctionSetting(qualifier: "\(number)", amount: amount, document: [])
                    try rows.put(setting, as: kind, of: function)
                }
            }
        }
        func setAside(without name: String? = nil, in region: Region = region) throws -> Int {
            let id = try name.map { try CatalogFixture.id($0) }
            return try fixture.catalog.read { rows in
                let function = try id.flatMap { try rows.function($0) }
                return try rows.reservedConcurrencyTotal(account: account, region: region, excluding: function)
            }
        }
        for name in ["reserved", "provisioned", "both", "none"] { try fixture.create(CatalogFixture.function(name)) }
        #expect(try setAside() == 0)
        try set(.reservedConcurrency, [5], of: "reserved")
        try set(.provisionedConcurrency, [20, 30], of: "provisioned")
        try set(.reservedConcurrency, [400], of: "both")
        try set(.provisionedConcurrency, [100, 200], of: "both")
        #expect(try setAside() == 455)
        #expect(try setAside(without: "both") == 55)
        #expect(try setAside(without: "none") == 455)
        #expect(try setAside(in: CatalogFixture.otherRegion) == 0)
    }
}
