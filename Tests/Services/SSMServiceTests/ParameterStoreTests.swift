import AWSProtocol
import SSMModel
import Store
import StoreEngines
import Testing

@testable import SSMService

@Suite(.onEveryEngine)
struct ParameterStoreTests {
    @Test func `a parameter is read as it was written`() throws {
        let store = try ParameterStoreFixture()
        let made = try store.put("/shop/url", "http://shop")
        #expect(made.version == 1 && made.tier == .standard)
        let parameter = try store.get("/shop/url")
        #expect(parameter.name == "/shop/url" && parameter.value == "http://shop" && parameter.dataType == "text")
        #expect(parameter.arn == "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/url")
        #expect(parameter.selector == nil)
    }

    @Test func `a name that is taken is refused unless it is to be overwritten`() throws {
        let store = try ParameterStoreFixture()
        try store.put("url", "a")
        #expect(store.refusal { try $0.put("url", "b") } == "ParameterAlreadyExists")
        #expect(try store.put("url", "b", type: nil, overwrite: true).version == 2)
        #expect(try store.get("url").value == "b")
        #expect(try store.get("url:1").value == "a")
        #expect(try store.get("url:1").selector == ":1")
        #expect(store.refusal { try $0.get("url:3") } == "ParameterVersionNotFound")
    }

    @Test func `an ARN names a parameter, with a slash or without`() throws {
        let store = try ParameterStoreFixture()
        try store.put("plain", "1")
        try store.put("/path/x", "2")
        try store.put("/top", "3")
        let root = "arn:aws:ssm:eu-west-1:123456789012:parameter"
        #expect(try store.get("\(root)/plain").value == "1")
        #expect(try store.get("\(root)/path/x").value == "2")
        #expect(try store.get("\(root)/top").value == "3")
        #expect(try store.get("\(root)/path/x:1").selector == ":1")
    }

    @Test(arguments: [
        "us-west-2:123456789012:parameter/x", "eu-west-1:999999999999:parameter/x", "eu-west-1::parameter/x",
        "eu-west-1:123456789012:document/x",
    ])
    func `an ARN of another account, region or resource names no parameter`(rest: String) throws {
        let store = try ParameterStoreFixture()
        try store.put("/x", "1")
        let arn = "arn:aws:ssm:\(rest)"
        #expect(store.refusal { try $0.get(arn) } == "ParameterNotFound")
        let several = try store.call(SSM.getParameters, SSM.GetParametersRequest(names: ["/x", arn]))
        #expect(several.parameters?.map(\.name) == ["/x"] && several.invalidParameters == [arn])
        #expect(
            store.refusal { try $0.call(SSM.getParameterHistory, SSM.GetParameterHistoryRequest(name: arn)) }
                == "ParameterNotFound")
    }

    @Test func `an ARN names a parameter's history`() throws {
        let store = try ParameterStoreFixture()
        try store.put("plain", "1")
        let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/plain"
        let history = try store.call(SSM.getParameterHistory, SSM.GetParameterHistoryRequest(name: arn))
        #expect(history.parameters?.map(\.value) == ["1"])
    }

    @Test func `a secure string is encrypted on the disk and in answers without decryption`() throws {
        let store = try ParameterStoreFixture()
        try store.put("secret", "hunter2", type: .secureString)
        #expect(try store.get("secret").value == "hunter2")
        let sealed = try #require(try store.get("secret", decrypted: false).value)
        #expect(!sealed.isEmpty && !sealed.contains("hunter2"))
        let rows = try store.database.read { connection throws(StoreError) in
            try connection.all("SELECT document FROM parameter_version") { String(decoding: $0.blob(0), as: UTF8.self) }
        }
        #expect(rows.count == 1 && !rows[0].contains("hunter2"))
    }

    @Test func `the hundred and first version takes the place of the first, unless that has a label`() throws {
        let store = try ParameterStoreFixture()
        try store.put("n", "1")
        for value in 2...100 { try store.put("n", "\(value)", overwrite: true) }
        try store.put("n", "101", overwrite: true)
        #expect(store.refusal { try $0.get("n:1") } == "ParameterVersionNotFound")
        let label = SSM.LabelParameterVersionRequest(name: "n", parameterVersion: 2, labels: ["keep"])
        _ = try store.call(SSM.labelParameterVersion, label)
        #expect(store.refusal { try $0.put("n", "102", overwrite: true) } == "ParameterMaxVersionLimitExceeded")
        #expect(try store.get("n").value == "101")
        #expect(try store.get("n:keep").value == "2")
    }

    @Test func `a label is on one version, and goes with the parameter`() throws {
        let store = try ParameterStoreFixture()
        try store.put("n", "1")
        try store.put("n", "2", overwrite: true)
        let first = SSM.LabelParameterVersionRequest(name: "n", parameterVersion: 1, labels: ["live", "9x", "awsome"])
        #expect(try store.call(SSM.labelParameterVersion, first).invalidLabels == ["9x", "awsome"])
        #expect(try store.get("n:live").version == 1)
        let current = SSM.LabelParameterVersionRequest(name: "n", labels: ["live"])
        #expect(try store.call(SSM.labelParameterVersion, current).parameterVersion == 2)
        #expect(try store.get("n:live").version == 2)
        let unlabel = SSM.UnlabelParameterVersionRequest(name: "n", parameterVersion: 1, labels: ["live"])
        #expect(try store.call(SSM.unlabelParameterVersion, unlabel).invalidLabels == ["live"])
        let many = SSM.LabelParameterVersionRequest(name: "n", labels: (0..<10).map { "l\($0)" })
        #expect(store.refusal { try $0.call(SSM.labelParameterVersion, many) } == "ParameterVersionLabelLimitExceeded")
        _ = try store.call(SSM.deleteParameter, SSM.DeleteParameterRequest(name: "n"))
        try store.put("n", "again")
        #expect(try store.get("n").version == 1)
        #expect(store.refusal { try $0.get("n:live") } == "ParameterVersionNotFound")
    }

    @Test func `a parameter expires when its policy says so, and its name is free`() throws {
        let store = try ParameterStoreFixture()
        let policy = #"[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2027-01-15T09:00:00.000Z"}}]"#
        #expect(store.refusal { try $0.put("n", "v", policies: policy) } == "ValidationException")
        try store.put("n", "v", tier: .advanced, policies: policy)
        try store.put("n", "w", overwrite: true)
        #expect(try store.get("n").value == "w")
        store.wait(seconds: 3_600 * 24 * 400)
        #expect(store.refusal { try $0.get("n") } == "ParameterNotFound")
        #expect(try store.put("n", "new").version == 1)
        #expect(try store.get("n").value == "new")
    }

    @Test func `a name that is used again has no tags of the parameter that expired`() throws {
        let store = try ParameterStoreFixture()
        let policy = #"[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2027-01-15T09:00:00.000Z"}}]"#
        // One more than a change deletes.
        let names = (0..<11).map { "n\($0)" }
        for name in names {
            try store.put(name, "v", tier: .advanced, policies: policy)
            let tags = [SSM.Tag(key: "team", value: "old")]
            let add = SSM.AddTagsToResourceRequest(resourceType: .parameter, resourceId: name, tags: tags)
            _ = try store.call(SSM.addTagsToResource, add)
        }
        store.wait(seconds: 3_600 * 24 * 400)
        for name in names.reversed() {
            try store.put(name, "new")
            let list = SSM.ListTagsForResourceRequest(resourceType: .parameter, resourceId: name)
            #expect(try store.call(SSM.listTagsForResource, list).tagList == [])
        }
    }

    @Test(arguments: ["[]", "{}"])
    func `an empty list of policies removes them`(policies: String) throws {
        let store = try ParameterStoreFixture()
        let policy = #"[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2027-01-15T09:00:00.000Z"}}]"#
        try store.put("n", "v", tier: .advanced, policies: policy)
        try store.put("n", "w", overwrite: true, policies: policies)
        store.wait(seconds: 3_600 * 24 * 400)
        #expect(try store.get("n").value == "w")
    }

    @Test(arguments: [
        #"{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2027-01-15T09:00:00.000Z"}}"#,
        #""Expiration""#, "7", "null", "true",
    ])
    func `policies that are not a list are refused`(policies: String) throws {
        let store = try ParameterStoreFixture()
        #expect(
            store.refusal { try $0.put("n", "v", tier: .advanced, policies: policies) }
                == "InvalidPolicyAttributeException")
    }

    @Test func `tiers bound the value, and never go back`() throws {
        let store = try ParameterStoreFixture()
        let long = String(repeating: "x", count: 4_097)
        #expect(store.refusal { try $0.put("n", long) } == "ValidationException")
        #expect(try store.put("n", long, tier: .intelligentTiering).tier == .advanced)
        #expect(store.refusal { try $0.put("n", "s", overwrite: true, tier: .standard) } == "ValidationException")
        #expect(try store.put("n", "s", overwrite: true).tier == .advanced)
        let longest = String(repeating: "x", count: 8_193)
        #expect(store.refusal { try $0.put("m", longest, tier: .advanced) } == "ValidationException")
        #expect(try store.put("m", "s", tier: .intelligentTiering).tier == .standard)
    }

    @Test(arguments: [
        ("awsome", "AccessDeniedException"), ("/aws/x", "AccessDeniedException"), ("/ssm/x", "ValidationException"),
        ("a/b", "ValidationException"), ("/a//b", "ValidationException"), ("/a/", "ValidationException"),
        ("a b", "ValidationException"), ("a:1", "ValidationException"),
        ("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "HierarchyLevelLimitExceededException"),
    ])
    func `a name that AWS refuses is refused`(name: String, error: String) throws {
        let store = try ParameterStoreFixture()
        #expect(store.refusal { try $0.put(name, "v") } == error)
    }

    @Test func `several are read and deleted, and the missing ones are listed`() throws {
        let store = try ParameterStoreFixture()
        try store.put("a", "1")
        try store.put("b", "2")
        let got = try store.call(SSM.getParameters, SSM.GetParametersRequest(names: ["b", "x", "a:1", "a:7"]))
        #expect((got.parameters ?? []).map(\.value) == ["2", "1"])
        #expect(got.invalidParameters == ["x", "a:7"])
        let gone = try store.call(SSM.deleteParameters, SSM.DeleteParametersRequest(names: ["a", "x"]))
        #expect(gone.deletedParameters == ["a"] && gone.invalidParameters == ["x"])
        #expect(store.refusal { try $0.call(SSM.deleteParameter, .init(name: "a")) } == "ParameterNotFound")
    }

    @Test func `AWS's own parameters are there and cannot be written`() throws {
        let store = try ParameterStoreFixture()
        let name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        let image = try store.get(name)
        #expect(image.value?.hasPrefix("ami-0") == true && image.value?.count == 21)
        let arn = "arn:aws:ssm:eu-west-1::parameter\(name)"
        #expect(image.arn == arn)
        #expect(try store.get(arn).value == image.value)
        #expect(store.refusal { try $0.get("arn:aws:ssm:us-east-1::parameter\(name)") } == "ParameterNotFound")
        let path = "/aws/service/global-infrastructure/regions"
        let regions = try store.call(SSM.getParametersByPath, SSM.GetParametersByPathRequest(path: path))
        #expect(regions.parameters?.count == 10 && regions.nextToken != nil)
        #expect(try store.get("\(path)/eu-west-1/longName").value == "Europe (Ireland)")
        #expect(store.refusal { try $0.get("/aws/service/none") } == "ParameterNotFound")
    }

    @Test func `a pattern bounds the value`() throws {
        let store = try ParameterStoreFixture()
        func put(_ value: String, _ pattern: String) -> String? {
            store.refusal {
                try $0.call(
                    SSM.putParameter,
                    SSM.PutParameterRequest(name: "n", value: value, type: .string, allowedPattern: pattern))
            }
        }
        #expect(put("abc", "[0-9]+") == "ParameterPatternMismatchException")
        #expect(put("abc", "[") == "InvalidAllowedPatternException")
        #expect(put("123", "[0-9]+") == nil)
    }

    @Test func `only parameters have tags`() throws {
        let store = try ParameterStoreFixture()
        let missing = SSM.ListTagsForResourceRequest(resourceType: .parameter, resourceId: "none")
        #expect(store.refusal { try $0.call(SSM.listTagsForResource, missing) } == "InvalidResourceId")
        try store.put("n", "v")
        let tags = (0..<51).map { SSM.Tag(key: "k\($0)", value: "") }
        let add = SSM.AddTagsToResourceRequest(resourceType: .parameter, resourceId: "n", tags: Array(tags.prefix(50)))
        _ = try store.call(SSM.addTagsToResource, add)
        let more = SSM.AddTagsToResourceRequest(resourceType: .parameter, resourceId: "n", tags: [tags[50]])
        #expect(store.refusal { try $0.call(SSM.addTagsToResource, more) } == "TooManyTagsError")
        let listed = SSM.ListTagsForResourceRequest(resourceType: .parameter, resourceId: "n")
        #expect(try store.call(SSM.listTagsForResource, listed).tagList?.count == 50)
    }
}
