import Store
import StoreEngines
import Testing

@testable import ServiceKit

@Suite(.onEveryEngine) struct ResourceTagsTests {
    private let storage: TestStorage
    private let database: Database

    init() throws {
        storage = try TestStorage()
        database = try storage.open("test", migrations: [ResourceTags.migration])
    }

    private func tags(of resource: String) throws -> [String: String] {
        try database.read { connection throws(StoreError) in try connection.tags(of: resource) }
    }

    @Test func `tags are added, replaced and removed, of one resource alone`() throws {
        let counts = try database.write { connection throws(StoreError) in
            [
                try connection.put(tags: ["a": "1", "b": "2"], on: "x"),
                try connection.put(tags: ["b": "3", "B": "4"], on: "x"),
                try connection.put(tags: ["a": "5"], on: "y"),
            ]
        }
        #expect(counts == [2, 3, 1])
        #expect(try tags(of: "x") == ["a": "1", "b": "3", "B": "4"])
        try database.write { connection throws(StoreError) in
            try connection.deleteTags(["b", "missing"], of: "x")
        }
        #expect(try tags(of: "x") == ["a": "1", "B": "4"])
        try database.write { connection throws(StoreError) in try connection.deleteTags(of: "x") }
        #expect(try tags(of: "x") == [:])
        #expect(try tags(of: "y") == ["a": "5"])
    }

    @Test func `reserved keys are known in any case`() {
        #expect(ResourceTags.isReserved("aws:x") && ResourceTags.isReserved("AWS:x"))
        #expect(!ResourceTags.isReserved("aws") && !ResourceTags.isReserved("xaws:"))
    }

    @Test func `a change that expects another revision is not allowed`() {
        let revision = Revision.new()
        #expect(revision.allowsChange(expecting: nil) && revision.allowsChange(expecting: revision.text))
        #expect(!revision.allowsChange(expecting: Revision.new().text) && !revision.allowsChange(expecting: ""))
    }
}
