import Testing

@testable import AWSProtocol

struct RouterTests {
    private static let nothing = Schema("Nothing", .structure([]))
    private let router = Router(
        [
            ("ListLayers", "GET", "/2018-10-31/layers"),
            ("GetLayerVersionByArn", "GET", "/2018-10-31/layers?find=LayerVersion"),
            ("GetFunction", "GET", "/functions/{FunctionName}"),
            ("DeleteFunction", "DELETE", "/functions/{FunctionName}"),
            ("GetSpecial", "GET", "/functions/special"),
            ("GetAlias", "GET", "/functions/{FunctionName}/aliases/{Name}"),
            ("GetObject", "GET", "/objects/{Key+}"),
            ("ListObjects", "GET", "/objects"),
        ].map { OperationDescriptor($0.0, method: $0.1, uri: $0.2, status: 200, input: nothing, output: nothing) })

    private func route(_ method: String, _ path: String, _ query: String = "") -> String {
        switch router.match(method: method, rawPath: path, rawQuery: query) {
        case .operation(let operation, let labels):
            operation.name + labels.sorted { $0.key < $1.key }.map { " \($0)=\($1)" }.joined()
        case .notFound: "notFound"
        case .methodNotAllowed: "methodNotAllowed"
        case .malformed: "malformed"
        }
    }

    @Test func `a path identifies an operation and its labels`() {
        #expect(route("GET", "/functions/f") == "GetFunction FunctionName=f")
        #expect(route("DELETE", "/functions/f") == "DeleteFunction FunctionName=f")
        #expect(route("GET", "/functions/f/aliases/live") == "GetAlias FunctionName=f Name=live")
    }

    @Test func `a literal is preferred to a label, unless it does not lead to an operation`() {
        #expect(route("GET", "/functions/special") == "GetSpecial")
        #expect(route("DELETE", "/functions/special") == "DeleteFunction FunctionName=special")
        #expect(route("GET", "/functions/special/aliases/a") == "GetAlias FunctionName=special Name=a")
    }

    @Test func `a query can select the operation`() {
        #expect(route("GET", "/2018-10-31/layers") == "ListLayers")
        #expect(route("GET", "/2018-10-31/layers", "MaxItems=1") == "ListLayers")
        #expect(route("GET", "/2018-10-31/layers", "Arn=x&find=LayerVersion") == "GetLayerVersionByArn")
        #expect(route("GET", "/2018-10-31/layers", "find=Other") == "ListLayers")
    }

    @Test func `labels are decoded after the path is split`() {
        #expect(route("GET", "/functions/arn%3Aaws%3Alambda%2Fx") == "GetFunction FunctionName=arn:aws:lambda/x")
        #expect(route("GET", "/functions/arn:aws:lambda") == "GetFunction FunctionName=arn:aws:lambda")
        #expect(route("GET", "/functions/a+b%20c") == "GetFunction FunctionName=a+b c")
        #expect(route("GET", "/%66unctions/f") == "GetFunction FunctionName=f")
    }

    @Test func `a greedy label takes the rest, slashes and all`() {
        #expect(route("GET", "/objects/a/b%2Fc/d") == "GetObject Key=a/b/c/d")
        #expect(route("GET", "/objects/") == "ListObjects")
    }

    @Test func `one slash at the end is tolerated, an empty label is not`() {
        #expect(route("GET", "/2018-10-31/layers/") == "ListLayers")
        #expect(route("GET", "/functions/f/") == "GetFunction FunctionName=f")
        #expect(route("GET", "/functions//aliases/a") == "notFound")
        #expect(route("GET", "/functions/") == "notFound")
        #expect(route("GET", "/") == "notFound")
    }

    @Test func `a known path with another method differs from an unknown path`() {
        #expect(route("PATCH", "/functions/f") == "methodNotAllowed")
        #expect(route("GET", "/nowhere") == "notFound")
        #expect(route("GET", "/functions/f/nowhere") == "notFound")
    }

    @Test(arguments: [
        "", "functions/f", "/functions/%", "/functions/%4", "/functions/%zz", "/functions/%ff", "/%C3/x", "*",
    ])
    func `a path that cannot be decoded is malformed`(path: String) {
        #expect(route("GET", path) == "malformed")
    }

    @Test func `a greedy label keeps slashes at its beginning, inside and at its end`() {
        #expect(route("GET", "/objects/a//b/") == "GetObject Key=a//b/")
        #expect(route("GET", "/objects//a") == "GetObject Key=/a")
    }

    @Test func `literals may follow a greedy label`() {
        let router = Router(
            [("Get", "/access/{Name+}"), ("GetPolicy", "/access/{Name+}/policy")].map {
                OperationDescriptor(
                    $0.0, method: "GET", uri: $0.1, status: 200, input: Self.nothing, output: Self.nothing)
            })
        for (path, name, label) in [
            ("/access/a/b", "Get", "a/b"), ("/access/a/policy", "GetPolicy", "a"), ("/access/policy", "Get", "policy"),
        ] {
            guard case .operation(let found, let labels) = router.match(method: "GET", rawPath: path) else {
                Issue.record("\(path) is not found")
                continue
            }
            #expect(found.name == name && labels == ["Name": label])
        }
    }

    @Test func `required parameters and headers tell operations of one path apart`() {
        func input(_ marks: [(String, Schema.Location)]) -> Schema {
            let text = Schema("Text", .string)
            return Schema(
                "Input", .structure(marks.map { Schema.Member($0.0, text, in: $0.1, isRequired: true) }))
        }
        let copy = ("x-amz-copy-source", Schema.Location.header)
        let part = [("partNumber", Schema.Location.query), ("uploadId", .query)]
        let router = Router(
            [("PutObject", []), ("CopyObject", [copy]), ("UploadPart", part), ("UploadPartCopy", part + [copy])].map {
                let schema = input($0.1)
                return OperationDescriptor(
                    $0.0, method: "PUT", uri: "/{Bucket}/{Key+}", status: 200, input: schema, output: Self.nothing)
            })
        for (query, copies, expected) in [
            ("", false, "PutObject"), ("", true, "CopyObject"), ("uploadId=u&partNumber=1", false, "UploadPart"),
            ("partNumber=1&uploadId=u", true, "UploadPartCopy"), ("partNumber=1", false, "PutObject"),
        ] {
            let match = router.match(method: "PUT", rawPath: "/b/k", rawQuery: query) { $0 == copy.0 && copies }
            guard case .operation(let found, _) = match else {
                Issue.record("\(query) is not found")
                continue
            }
            #expect(found.name == expected)
        }
    }

    @Test func `a path with too many segments is not found`() {
        #expect(route("GET", String(repeating: "/", count: 100_000)) == "notFound")
        #expect(route("GET", String(repeating: "/a", count: 100_000)) == "notFound")
        #expect(route("GET", "/functions/f", "%zz") == "malformed")
    }

    @Test func `a template writes the path that it matches`() {
        let template = URITemplate("/functions/{FunctionName}/aliases/{Name}?find=x")
        #expect(
            template.path(labels: ["FunctionName": "a/b:c", "Name": "d é"])
                == "/functions/a%2Fb%3Ac/aliases/d%20%C3%A9?find=x")
        #expect(URITemplate("/objects/{Key+}").path(labels: ["Key": "a/b c"]) == "/objects/a/b%20c")
    }
}
