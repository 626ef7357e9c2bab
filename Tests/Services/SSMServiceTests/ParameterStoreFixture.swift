import AWSProtocol
import Digest
import Domain
import SSMModel
import ServiceKit
import Store
import StoreEngines
import Synchronization
import Testing

@testable import SSMService

/// The service on a database of its own, with a clock that tests move.
final class ParameterStoreFixture: Sendable {
    private let storage: TestStorage
    private let clock: Clock
    private let service: SSMService
    private let context: RequestContext
    let database: Database

    private final class Clock: Sendable {
        let seconds = Mutex<Int64>(1_800_000_000)
    }

    init() throws {
        storage = try TestStorage()
        let clock = Clock()
        self.clock = clock
        let cipher = AuthenticatedCipher(key: Array(repeating: 7, count: 32))
        service = try SSMService(storage: storage, secrets: cipher) { clock.seconds.withLock { $0 * 1000 } }
        // The tests' own look at the rows.
        database = try storage.open("ssm", migrations: ParameterRows.migrations)
        context = RequestContext(
            account: try #require(AccountID("123456789012")), region: try #require(Region("eu-west-1")), endpoint: "")
    }

    func wait(seconds: Int64) { clock.seconds.withLock { $0 += seconds } }

    /// Calls an operation as a client does.
    func call<Input, Output>(_ operation: AWSOperation<Input, Output>, _ input: Input) throws -> Output {
        let request = AWSRequest(
            method: "POST", rawPath: "/", headers: [AWSHeader("X-Amz-Target", "AmazonSSM.\(operation.name)")],
            body: JSON.encode(input.awsValue, as: Input.schema))
        let api = try #require(service.apis.first)
        let response = api.respond(to: request, context: context)
        guard response.status == 200 else {
            let body = try JSON.decode(response.body)
            guard case .string(let name) = body["__type"] else { throw Refusal(name: "", message: "") }
            let text = body["message"] ?? body["Message"]
            throw Refusal(name: name, message: text.flatMap { String(awsValue: $0) } ?? "")
        }
        return Output(awsValue: try JSON.decode(response.body, as: Output.schema))
    }

    struct Refusal: Error, Equatable {
        let name: String
        let message: String
    }

    @discardableResult
    func put(
        _ name: String, _ value: String, type: SSM.ParameterType? = .string, overwrite: Bool? = nil,
        tier: SSM.ParameterTier? = nil, policies: String? = nil
    ) throws -> SSM.PutParameterResult {
        try call(
            SSM.putParameter,
            SSM.PutParameterRequest(
                name: name, value: value, type: type, overwrite: overwrite, tier: tier, policies: policies))
    }

    func get(_ name: String, decrypted: Bool = true) throws -> SSM.Parameter {
        let result = try call(SSM.getParameter, SSM.GetParameterRequest(name: name, withDecryption: decrypted))
        return try #require(result.parameter)
    }

    /// The name of the error that a call gets; `nil` when it succeeds.
    func refusal(_ body: (ParameterStoreFixture) throws -> some Any) -> String? {
        do {
            _ = try body(self)
            return nil
        } catch { return (error as? Refusal)?.name ?? "\(error)" }
    }
}
