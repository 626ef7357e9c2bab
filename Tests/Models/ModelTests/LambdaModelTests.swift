import SeededRandom
import Testing

@testable import LambdaModel
@testable import AWSProtocol

struct LambdaModelTests {
    @Test func `the model is whole`() {
        #expect(Lambda.library.operations.count == 91)
        #expect(Lambda.library.shapeNames.count == 433)
        #expect(Set(Lambda.library.shapeNames).count == 433)
        #expect(Lambda.service.name == "lambda")
    }

    @Test func `every pattern compiles`() {
        for schema in Lambda.library.schemas {
            guard let pattern = schema.pattern else { continue }
            #expect(pattern.isUsable, "\(schema.name): \(pattern.source)")
            // Even a text of four-byte characters must be short enough to be matched.
            #expect((schema.maximum ?? 0) * 4 <= Double(Pattern.textLimitBytes), "\(schema.name)")
        }
    }

    @Test func `the longest honest texts are within the bounds of matching`() throws {
        let arn = "arn:aws:" + String(repeating: "s3-", count: 3330)
        let pattern = try #require(Lambda.library.schema("Arn").pattern)
        #expect(pattern.matches(arn + "::") == false)
        #expect(pattern.matches(arn + ":::"))
        #expect(
            try #require(Lambda.library.schema("EnvironmentVariableName").pattern).matches(
                String(repeating: "A", count: 4096)))
    }

    @Test func `every operation's path means that operation`() {
        let router = Router(Lambda.library.operations)
        for operation in Lambda.library.operations {
            let template = URITemplate(operation.uri)
            let names = template.segments.compactMap { if case .label(let name) = $0 { name } else { nil } }
            let wanted = Dictionary(uniqueKeysWithValues: names.map { ($0, "arn:aws/\($0) %é") })
            let parts = template.path(labels: wanted).split(separator: "?", maxSplits: 1)
            for slash in ["", "/"] {
                let query = parts.count > 1 ? String(parts[1]) : ""
                let match = router.match(method: operation.method, rawPath: parts[0] + slash, rawQuery: query)
                guard case .operation(let found, let labels) = match else {
                    Issue.record("\(operation.name): \(match)")
                    continue
                }
                #expect(found.name == operation.name)
                #expect(labels == wanted)
            }
        }
    }

    @Test func `every label of a path is a member of the input`() {
        for operation in Lambda.library.operations where operation.input !== NoMembers.schema {
            let labels = URITemplate(operation.uri).segments.compactMap {
                if case .label(let name) = $0 { name } else { nil }
            }
            let members = operation.input.members.filter { $0.location == .label }.map(\.wireName)
            #expect(Set(labels) == Set(members), "\(operation.name)")
        }
    }

    @Test func `errors have the model's status and spelling`() {
        #expect(Lambda.Errors.all.count == Set(Lambda.Errors.all.map(\.name)).count)
        #expect(Lambda.Errors.tooManyRequests.status == 429)
        #expect(Lambda.Errors.tooManyRequests.messageKey == "message")
        #expect(
            Lambda.Errors.resourceNotFound
                == ErrorShape("ResourceNotFoundException", status: 404, messageKey: "Message", fault: .user))
        #expect(Lambda.Errors.service.fault == .server)
        #expect(Lambda.Errors.all.allSatisfy { (400...599).contains($0.status) })
    }

    @Test func `an enumeration keeps values that it does not know`() {
        #expect(Lambda.Runtime.python3_12.rawValue == "python3.12")
        #expect(Lambda.Runtime(awsValue: .string("python9.9"))?.awsValue == .string("python9.9"))
        #expect(Lambda.Runtime.allKnown.contains(.provided_al2023))
        #expect(Lambda.Architecture.x86_64.rawValue == "x86_64")
    }

    @Test func `every structure gives back the value it was made of, through JSON too`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for type in Lambda.structures {
            for _ in 0..<8 {
                let value = random.value(of: type.schema)
                #expect(type.init(awsValue: value).awsValue == value, "seed \(seed), \(type)")
                // Events are messages, not documents.
                guard !type.schema.name.hasPrefix("InvokeWithResponseStreamResponse") else { continue }
                let everything = Schema(type.schema.name, .structure(type.schema.members.map(\.inBody)))
                let bytes = JSON.encode(value, as: everything)
                #expect(bytes.withUnsafeBytes { JSONValidator.isValid($0) }, "seed \(seed), \(type)")
                #expect(try JSON.decode(bytes, as: everything).onTheWire == value.onTheWire, "seed \(seed), \(type)")
            }
        }
    }

    @Test func `a structure can be made of anything`() {
        for type in Lambda.structures {
            let made = type.init(awsValue: .null)
            #expect(made.awsValue == .structure([:]), "\(type)")
            let wrong = Dictionary(uniqueKeysWithValues: type.schema.members.map { ($0.name, AWSValue.null) })
            #expect(type.init(awsValue: .structure(wrong)).awsValue == made.awsValue, "\(type)")
        }
    }

    @Test func `a required member that is missing is empty`() {
        let alias = Lambda.CreateAliasRequest(awsValue: .list([]))
        #expect(alias.functionName.isEmpty && alias.description == nil)
        let function = Lambda.CreateFunctionRequest(awsValue: .structure(["FunctionName": .integer(1)]))
        #expect(function.functionName.isEmpty && function.code == Lambda.FunctionCode())
    }

    @Test func `a member that is set can be removed`() {
        var alias = Lambda.AliasConfiguration(description: "old")
        alias.description = nil
        #expect(alias == Lambda.AliasConfiguration())
    }
}

extension Schema.Member {
    /// The same member, carried in a JSON body.
    fileprivate var inBody: Schema.Member {
        Schema.Member(name, schema, isRequired: isRequired)
    }
}
