import Domain
import Glibc
import LinuxSystem
import RuntimeAPI
import SandboxPlan
import Scheduler
import Synchronization
import Telemetry
import Testing

@testable import FunctionExecution
@testable import HTTP
@testable import Sandbox

/// Takes no connections.
struct NoConnections: EnvironmentConnections {
    func adopt(connection: Int32, origin: UInt32) {}
    func readReceived(of origins: Set<UInt32>, then body: @escaping @Sendable () -> Void) { body() }
    func hangUp(origin: UInt32) {}
}

/// Functions whose environments have forged messages.
final class Forgers: Sendable {
    let list = Mutex<[FunctionID]>([])
}

/// A pool with a clock, sandboxes and threads that a test moves.
final class PoolFixture: Sendable {
    let reactor = ManualReactor()
    let provider: FakeSandboxProvider
    let pool: EnvironmentPool
    let revision: FunctionRevision
    private let folder: String
    let forgers = Forgers()
    private let results = Mutex<[Int: [InvocationResult]]>([:])

    init(timeoutSeconds: Int = 3, limitsMemory: Bool = true, limits: SchedulerLimits = SchedulerLimits()) throws {
        provider = FakeSandboxProvider(limitsMemory: limitsMemory)
        folder = "\(TemporaryFolder.path)/strata-pool-\(UInt64.random(in: .min ... .max))"
        let function = try FunctionID(
            account: #require(AccountID("000000000000")), region: #require(Region("us-east-1")),
            name: #require(FunctionName("function")))
        let runtime = try #require(RuntimeIdentifier("provided.al2023"))
        revision = FunctionRevision(
            function: function, version: .latest, number: 1, runtime: runtime, role: "role", handler: "handler",
            architecture: .ofThisHost, memoryMebibytes: 128, temporaryStorageMebibytes: 512,
            timeoutSeconds: timeoutSeconds, environment: [:], allowsRecursion: false, logFormat: .text, packages: [],
            codeTree: "\(folder)/code", layerTrees: [], meter: FunctionMeter())
        var host = FunctionHost(
            userland: Userland(), interpreters: [:], runtimeFiles: "/none", gatewayPort: 4566,
            credentials: { _ in FunctionCredentials(accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "t") })
        host.didFindForgery = { [forgers] function in forgers.list.withLock { $0.append(function) } }
        pool = EnvironmentPool(
            host: host, sandboxes: provider, logs: LogStore(root: "\(folder)/logs"), limits: limits,
            connections: NoConnections(), reactor: reactor)
    }

    /// A pool whose first environment has answered invocation 1, and waits for more.
    static func idle() throws -> PoolFixture {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.runWork()
        #expect(fixture.next().answer == "1")
        #expect(fixture.finish(1))
        #expect(fixture.result(1) == "answered done")
        return fixture
    }

    /// Invokes the function.
    func invoke(_ number: Int, log: AnswerLog = .tail) {
        pool.invoke(
            invocation(number, log: log) { [weak self] result in
                self?.results.withLock { $0[number, default: []].append(result) }
            })
    }

    /// An invocation of the function.
    func invocation(
        _ number: Int, log: AnswerLog = .tail, complete: @escaping @Sendable (InvocationResult) -> Void
    ) -> Invocation {
        Invocation(
            requestID: "\(number)", revision: revision, payload: [], invokedARN: "arn", clientContext: nil,
            traceID: nil, log: log, complete: complete)
    }

    /// How an invocation ended, in a few words; `nil` while it has not.
    func result(_ number: Int) -> String? {
        let results = results.withLock { $0[number] ?? [] }
        guard results.count < 2 else { return "answered \(results.count) times" }
        switch results.first {
        case .answered(let payload, _): return "answered \(String(decoding: payload, as: UTF8.self))"
        case .failed(let payload, _): return "failed \(String(decoding: payload, as: UTF8.self))"
        case .refused(let refusal): return "refused \(refusal)"
        case nil: return nil
        }
    }

    /// The tail of the log that went with an answer.
    func logTail(_ number: Int) -> [String] {
        switch results.withLock({ $0[number]?.first }) {
        case .answered(_, let tail), .failed(_, let tail):
            return String(decoding: tail, as: UTF8.self).split(separator: "\n").map(String.init)
        default: return []
        }
    }

    /// What the log files of the function say.
    func logFile() -> String {
        let functionFolder = pool.logs.folder(of: revision.function)
        let names = DirectoryListing.names(functionFolder) ?? []
        return names.map { name in
            guard let file = fopen("\(functionFolder)/\(name)", "r") else { return "" }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }.joined()
    }

    private func origin(_ environment: UInt32) -> UInt32 {
        EnvironmentOrigin(environment: environment, isRuntimeAPI: true).number
    }

    /// The runtime of an environment asks for work: the one of the first number, unless another is named.
    func next(in environment: UInt32 = 1) -> HTTPExchange {
        let exchange = HTTPExchange(.get("/next"), origin: origin(environment), connection: nil)
        if let response = pool.next(origin: origin(environment), exchange) { exchange.respond(response) }
        return exchange
    }

    /// The runtime answers an invocation.
    func finish(_ number: Int, _ payload: String = "done", in environment: UInt32 = 1) -> Bool {
        pool.finish(origin: origin(environment), requestID: "\(number)", .success(Array(payload.utf8)))
    }
}

extension RequestHead {
    /// The head of a request for a path.
    static func get(_ path: String) -> RequestHead {
        let text = Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        guard let head = try? text.withUnsafeBytes({ try RequestHead($0) }) else { fatalError("GET \(path)") }
        return head
    }
}

extension HTTPExchange {
    /// The status and the request id of its answer; `nil` where it has none.
    var answer: String? {
        guard isAnswered, let response = takeResponseOrPark() else { return nil }
        let requestID = response.headers.first { $0.name == "Lambda-Runtime-Aws-Request-Id" }?.value
        return requestID ?? "\(response.status)"
    }
}

/// Where tests leave files.
private enum TemporaryFolder {
    static var path: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}
