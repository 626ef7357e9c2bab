import Domain
import Store
import StoreEngines
import Testing

@testable import Catalog

@Suite struct MigrationTests {
    @Test func `functions of the first schema keep their configuration, tags and packages`() throws {
        let storage = try TestStorage(.sqlite)
        let code = CatalogFixture.package("code", bytes: 7)
        do {
            let old = try storage.open("catalog", migrations: Array(CatalogSchema.migrations.prefix(1)))
            try old.write { connection throws(StoreError) in
                try connection.run(
                    "INSERT INTO function VALUES (1, '123456789012', 'us-east-1', 'f', 'r', ?)",
                    [.blob(Array(#"{"Configuration":{"FunctionName":"f"},"Tags":{"a":"é"}}"#.utf8))])
                try connection.run("INSERT INTO function_package VALUES (1, 0, ?, ?)", code.values)
            }
        }
        let catalog = try Catalog(storage)
        let id = try CatalogFixture.id("f")
        try catalog.read { rows in
            let function = try #require(try rows.function(id))
            let record = try #require(try rows.version(.latest, of: function))
            #expect(String(decoding: record.document, as: UTF8.self) == #"{"FunctionName":"f"}"#)
            #expect(record.code == code)
            let tags = try #require(try rows.setting(.tags, of: function))
            #expect(String(decoding: tags.document, as: UTF8.self) == #"{"Tags":{"a":"é"}}"#)
        }
    }
}
