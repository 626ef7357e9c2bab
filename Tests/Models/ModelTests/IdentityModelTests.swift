import SeededRandom
import Testing

@testable import IAMModel
@testable import STSModel
@testable import AWSProtocol

struct IdentityModelTests {
    static let services = [IAM.service, STS.service]
    static let structures = IAM.structures + STS.structures

    @Test func `the chosen operations are described and the others are named`() {
        #expect(IAM.library.operations.count == 33)
        #expect(IAM.library.operations.count + IAM.service.otherOperations.count == 180)
        #expect(STS.library.operations.map(\.name) == ["AssumeRole", "GetCallerIdentity"])
        #expect(STS.library.operations.count + STS.service.otherOperations.count == 11)
        #expect(IAM.service.otherOperations.contains("CreateUser"))
        #expect(IAM.service.wireFormat == .query(namespace: "https://iam.amazonaws.com/doc/2010-05-08/"))
    }

    @Test func `only the shapes that are needed are there`() {
        let names = Set(IAM.library.shapeNames)
        #expect(names.count == IAM.library.shapeNames.count)
        #expect(names.contains("CreateRoleRequest"))
        #expect(!names.contains("CreateUserRequest"))
    }

    @Test func `every pattern compiles`() {
        for schema in IAM.library.schemas + STS.library.schemas {
            guard let pattern = schema.pattern else { continue }
            #expect(pattern.isUsable, "\(schema.name): \(pattern.source)")
        }
    }

    @Test func `a pattern's characters by code are those that Java means`() throws {
        let document = try #require(IAM.library.schema("policyDocumentType").pattern)
        #expect(document.matches("{\"a\":\t1}\r\nÿ"))
        #expect(!document.matches("\u{1}"))
        #expect(!document.matches("Ā"))
        let path = try #require(IAM.library.schema("pathType").pattern)
        #expect(path.matches("/") && path.matches("/a/b/") && !path.matches("/a") && !path.matches("a/"))
        let tag = try #require(IAM.library.schema("tagKeyType").pattern)
        #expect(tag.matches("Größe +@") && !tag.matches("a;b"))
    }

    @Test func `errors have the codes that clients match`() {
        #expect(IAM.Errors.noSuchEntity == ErrorShape("NoSuchEntity", status: 404, messageKey: "message", fault: .user))
        #expect(IAM.Errors.serviceFailure.fault == .server)
        #expect(STS.Errors.malformedPolicyDocument.name == "MalformedPolicyDocument")
    }

    @Test func `every input comes back from a form, and every output from XML`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for service in Self.services {
            for operation in service.operations {
                for _ in 0..<20 {
                    let input = random.value(of: operation.input).inForm
                    let text = QueryForms.write(input, as: operation.input, action: operation.name, version: "1")
                    let form = try QueryForm(AWSRequest(method: "POST", rawPath: "/", body: Array(text.utf8)))
                    let decoded = try QueryDecoder.decode(form, as: operation.input)
                    #expect(decoded.onTheWire == input.onTheWire, "seed \(seed), \(operation.name)")
                    let output = random.value(of: operation.output)
                    var writer = XMLWriter()
                    writer.element("Result") { $0.append(members: output, of: operation.output) }
                    let read = QueryForms.read(try XMLTree(writer.bytes), as: operation.output)
                    #expect(read == output.onTheWire.inXML, "seed \(seed), \(operation.name)")
                }
            }
        }
    }

    @Test func `every structure gives back the value it was made of`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for type in Self.structures {
            let value = random.value(of: type.schema)
            #expect(type.init(awsValue: value).awsValue == value, "seed \(seed), \(type)")
            #expect(type.init(awsValue: .null).awsValue == type.init(awsValue: .structure([:])).awsValue, "\(type)")
        }
    }
}

extension AWSValue {
    /// The value without elements that have no members: no parameter of a form would tell of them.
    fileprivate var inForm: AWSValue {
        switch self {
        case .list(let values): .list(values.filter { $0 != .structure([:]) }.map(\.inForm))
        case .structure(let members): .structure(members.mapValues(\.inForm))
        default: self
        }
    }

    /// The value without the characters that no XML can have.
    fileprivate var inXML: AWSValue {
        switch self {
        case .string(let text): .string(text.replacing("\u{1}", with: "\u{FFFD}"))
        case .list(let values): .list(values.map(\.inXML))
        case .structure(let members): .structure(members.mapValues(\.inXML))
        default: self
        }
    }
}
