import SSMModel
import Store
import StoreEngines
import Testing

@testable import SSMService

/// Lists of parameters.
@Suite(.onEveryEngine) struct ParameterListingTests {
    @Test func `a path lists what is in it, and below it when asked`() throws {
        let store = try ParameterStoreFixture()
        for name in ["/a/x", "/a/y", "/a/b/z", "/ab/x", "plain"] { try store.put(name, name) }
        func names(_ path: String, recursive: Bool) throws -> [String] {
            let request = SSM.GetParametersByPathRequest(path: path, recursive: recursive)
            let result = try store.call(SSM.getParametersByPath, request)
            return (result.parameters ?? []).compactMap(\.name)
        }
        #expect(try names("/a", recursive: false) == ["/a/x", "/a/y"])
        #expect(try names("/a/", recursive: true) == ["/a/b/z", "/a/x", "/a/y"])
        #expect(try names("/", recursive: false) == ["plain"])
        #expect(try names("/", recursive: true).count == 5)
        #expect(try names("/none", recursive: true).isEmpty)
        #expect(store.refusal { _ in try names("a", recursive: true) } == "ValidationException")
    }

    @Test func `a path lists nothing of names that only begin alike`() throws {
        let store = try ParameterStoreFixture()
        for name in ["/a/x", "/a/b/y", "/a", "/a-b/x", "/a.b/x", "/a0", "/a0/x", "/ab/x", "a"] {
            try store.put(name, "v")
        }
        func names(_ path: String, recursive: Bool) throws -> [String] {
            let request = SSM.GetParametersByPathRequest(path: path, recursive: recursive)
            return try store.call(SSM.getParametersByPath, request).parameters?.compactMap(\.name) ?? []
        }
        #expect(try names("/a", recursive: true) == ["/a/b/y", "/a/x"])
        #expect(try names("/a/", recursive: false) == ["/a/x"])
        #expect(try names("/", recursive: true).count == 9)
    }

    @Test(arguments: [true, false])
    func `a listing of a path reads a range of names`(isRecursive: Bool) throws {
        guard TestEngine.current.name == TestEngine.sqlite.name else { return }
        let sql = "EXPLAIN QUERY PLAN " + ParameterRows.listing(isOfPath: true, isRecursive: isRecursive)
        let values = [StoreValue](repeating: .null, count: isRecursive ? 6 : 7)
        let plan = try ParameterStoreFixture().database.read { connection throws(StoreError) in
            try connection.all(sql, values) { $0.text(3) }
        }
        #expect(plan.contains { $0.contains("account=? AND region=? AND name>? AND name<?") }, "\(plan)")
    }

    @Test func `pages hold every parameter once, also while others are written`() throws {
        let store = try ParameterStoreFixture()
        for number in 10..<35 { try store.put("/p/\(number)", "v") }
        var seen: [String] = []
        var token: String?
        repeat {
            let request = SSM.GetParametersByPathRequest(path: "/p", maxResults: 4, nextToken: token)
            let page = try store.call(SSM.getParametersByPath, request)
            #expect((page.parameters ?? []).count <= 4)
            seen += (page.parameters ?? []).compactMap(\.name)
            token = page.nextToken
            if seen.count == 8 { try store.put("/p/00", "before the page") }
        } while token != nil
        #expect(seen == (10..<35).map { "/p/\($0)" })
        let other = SSM.GetParametersByPathRequest(path: "/q", nextToken: "bogus")
        #expect(store.refusal { try $0.call(SSM.getParametersByPath, other) } == "InvalidNextToken")
    }

    @Test func `descriptions are filtered`() throws {
        let store = try ParameterStoreFixture()
        try store.put("/a/x", "1")
        try store.put("/a/y", "1", type: .secureString)
        try store.put("b", "1", type: .stringList)
        let tags = SSM.AddTagsToResourceRequest(
            resourceType: .parameter, resourceId: "b", tags: [SSM.Tag(key: "team", value: "blue")])
        _ = try store.call(SSM.addTagsToResource, tags)
        func names(_ key: String, _ option: String?, _ values: [String]?) throws -> [String] {
            let filter = SSM.ParameterStringFilter(key: key, option: option, values: values)
            let request = SSM.DescribeParametersRequest(parameterFilters: [filter])
            return (try store.call(SSM.describeParameters, request).parameters ?? []).compactMap(\.name)
        }
        #expect(try names("Name", "BeginsWith", ["/a"]) == ["/a/x", "/a/y"])
        #expect(try names("Name", "Contains", ["y"]) == ["/a/y"])
        #expect(try names("Type", nil, ["SecureString", "StringList"]) == ["/a/y", "b"])
        #expect(try names("Path", "Recursive", ["/"]) == ["/a/x", "/a/y"])
        #expect(try names("tag:team", nil, ["blue", "red"]) == ["b"])
        #expect(try names("tag:team", nil, nil) == ["b"])
        #expect(store.refusal { _ in try names("Label", nil, ["x"]) } == "InvalidFilterKey")
        #expect(store.refusal { _ in try names("Type", "Contains", ["x"]) } == "InvalidFilterOption")
    }
}
