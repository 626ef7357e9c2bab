internal import AWSProtocol
internal import Glibc
internal import Synchronization

/// The wire protocols of any service model, driven from standard input: Tests/Contract/wire_probe.py writes a line of
/// JSON for each call, and reads one for its response.
///
/// A line is `{"model": TEXT}`, which is answered with `{}`, or `{"request": …, "answer": …, "error": …}`: the
/// request is dispatched; its handler notes the input, and gives the answer or throws the error.
@main
struct ProtocolProbe {
    static func main() {
        var probe = ProtocolProbe()
        while let line = readLine() {
            do throws(AWSError) {
                print(String(decoding: JSON.encode(try probe.response(to: line)), as: UTF8.self))
            } catch {
                print(String(decoding: JSON.encode(.structure(["fault": .string(error.message)])), as: UTF8.self))
            }
            fflush(nil)
        }
    }

    private var library = ModelLibrary(reading: "")
    private var dispatcher = ServiceDispatcher<Exchange>(ServiceModel(ModelLibrary(reading: "")))

    private mutating func response(to line: String) throws(AWSError) -> AWSValue {
        let command = try JSON.decode(Array(line.utf8))
        if case .string(let text) = command["model"] {
            load(text)
            return .structure([:])
        }
        let exchange = Exchange(answer: answer(of: command))
        let response = dispatcher.respond(to: AWSRequest(probe: command["request"] ?? .null), context: exchange)
        var members: [String: AWSValue] = [
            "status": .integer(Int64(response.status)), "body": .blob(response.body),
            "headers": .list(response.headers.map { .list([.string($0.name), .string($0.value)]) }),
        ]
        if let call = exchange.call {
            members["operation"] = .string(call.operation)
            members["input"] = call.input.tagged
        }
        return .structure(members)
    }

    private mutating func load(_ text: String) {
        library = ModelLibrary(reading: text)
        dispatcher = ServiceDispatcher(ServiceModel(library))
        for operation in library.operations {
            let name = operation.name
            dispatcher.handle(AWSOperation<AnyMembers, AnyMembers>(name, in: library)) {
                (input, exchange) throws(AWSError) in
                AnyMembers(awsValue: try exchange.handle(name, input.awsValue))
            }
        }
    }

    private func answer(of command: AWSValue) -> Result<AWSValue, AWSError> {
        guard let error = command["error"], case .string(let name) = error["name"] else {
            return .success((command["answer"] ?? .null).untagged)
        }
        let message = if case .string(let text) = error["message"] { text } else { "" }
        var details: [String: AWSValue] = [:]
        if case .structure(let members) = error["details"]?.untagged { details = members }
        return .failure(AWSError(library.error(name), message, details: details))
    }
}

/// A structure of any schema.
private struct AnyMembers: AWSStructure {
    static let schema = NoMembers.schema
    let awsValue: AWSValue

    init(awsValue: AWSValue) {
        self.awsValue = awsValue
    }
}

/// One call: what its handler gives, and what it got.
private final class Exchange: Sendable {
    struct Call {
        let operation: String
        let input: AWSValue
    }

    private let answer: Result<AWSValue, AWSError>
    private let noted = Mutex<Call?>(nil)

    init(answer: Result<AWSValue, AWSError>) {
        self.answer = answer
    }

    var call: Call? { noted.withLock(\.self) }

    func handle(_ operation: String, _ input: AWSValue) throws(AWSError) -> AWSValue {
        noted.withLock { $0 = Call(operation: operation, input: input) }
        return try answer.get()
    }
}
