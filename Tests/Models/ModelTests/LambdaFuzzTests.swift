import SeededRandom
import Testing

@testable import LambdaModel
@testable import AWSProtocol

/// Whatever arrives, the answer is an operation's input or an `AWSError`; nothing traps.
struct LambdaFuzzTests {
    @Test func `no request can do worse than an error`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let dispatcher = echo()
        for operation in Lambda.library.operations {
            let honest = self.honest(operation, &random)
            for _ in 0..<60 {
                let response = dispatcher.respond(to: mutated(honest, &random), context: ())
                #expect((200...599).contains(response.status), "seed \(seed), \(operation.name)")
                if response.status >= 400 { #expect(response.header("x-amzn-ErrorType") != nil, "seed \(seed)") }
            }
        }
    }

    @Test func `no bytes can do worse than an error`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let dispatcher = echo()
        for _ in 0..<3000 {
            let path = String(decoding: noise(&random), as: UTF8.self)
            let query = String(decoding: noise(&random), as: UTF8.self)
            for rawPath in ["/" + path, "/2015-03-31/functions/" + path, path] {
                let request = AWSRequest(method: "POST", rawPath: rawPath, rawQuery: query, body: noise(&random))
                #expect(dispatcher.respond(to: request, context: ()).status >= 200, "seed \(seed)")
            }
        }
    }

    /// Answers what the operations are asked, decoding and encoding on the way.
    private func echo() -> ServiceDispatcher<Void> {
        var dispatcher = ServiceDispatcher<Void>(Lambda.service)
        dispatcher.handle(Lambda.createFunction) { (input, _) in
            Lambda.FunctionConfiguration(functionName: input.functionName, description: input.description)
        }
        dispatcher.handle(Lambda.updateFunctionConfiguration) { (input, _) in
            Lambda.FunctionConfiguration(functionName: input.functionName, timeout: input.timeout)
        }
        dispatcher.handle(Lambda.publishLayerVersion) { (input, _) in
            Lambda.PublishLayerVersionResponse(description: input.description, licenseInfo: input.licenseInfo)
        }
        dispatcher.handle(Lambda.listFunctions) { (_, _) in Lambda.ListFunctionsResponse(functions: []) }
        dispatcher.handle(Lambda.invoke) { (input, _) in Lambda.InvocationResponse(payload: input.payload) }
        dispatcher.handle(Lambda.createEventSourceMapping) { (input, _) in
            Lambda.EventSourceMappingConfiguration(batchSize: input.batchSize)
        }
        dispatcher.handle(Lambda.untagResource) { (_, _) in NoMembers() }
        return dispatcher
    }

    private func honest(_ operation: OperationDescriptor, _ random: inout SeededGenerator) -> AWSRequest {
        let value = random.value(of: operation.input)
        let parts = URITemplate(operation.uri).path(labels: [:]).split(separator: "?", maxSplits: 1)
        let query = operation.input.members.filter { $0.location == .query }.map { "\($0.wireName)=1" }
        let headers = operation.input.members.filter { $0.location == .header }.map { AWSHeader($0.wireName, "Tail") }
        return AWSRequest(
            method: operation.method, rawPath: String(parts[0]),
            rawQuery: (parts.dropFirst().map(String.init) + query).joined(separator: "&"), headers: headers,
            body: JSON.encode(value, as: operation.input))
    }

    private func mutated(_ request: AWSRequest, _ random: inout SeededGenerator) -> AWSRequest {
        var request = request
        switch Int.random(in: 0..<4, using: &random) {
        case 0: request.rawPath = String(decoding: random.mutated(Array(request.rawPath.utf8)), as: UTF8.self)
        case 1: request.rawQuery = String(decoding: random.mutated(Array(request.rawQuery.utf8)), as: UTF8.self)
        case 2:
            request.headers = request.headers.map {
                AWSHeader($0.name, String(decoding: random.mutated(Array($0.value.utf8)), as: UTF8.self))
            }
        default: request.body = random.mutated(request.body)
        }
        return request
    }

    private func noise(_ random: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...24, using: &random)).map { _ in
            Bool.random(using: &random)
                ? .random(in: .min ... .max, using: &random)
                : Array("%2F/{}[]\":,?&=+".utf8).randomElement(using: &random) ?? 0
        }
    }
}
