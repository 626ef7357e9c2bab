import AWSProtocol
import Catalog
import Domain
import Glibc
import HTTP
import HTTPClient
import LinuxSystem
import ServiceKit
import SignatureV4
import StoreEngines

@testable import Gateway

/// Calls that wait: for tests of what others can do meanwhile.
struct Gate: Sendable {
    /// A call has come.
    let arrivals = Semaphore()
    /// A call may end.
    let departures = Semaphore()
}

/// A service whose data plane is every path below `/NAME/`. It answers with the name of the thread that it runs on.
/// For `/lambda/waits` that is one of the control plane's, and for `/lambda/gate` one that waits there.
private struct StubService: Service {
    let name: String
    let gate: Gate
    var apis: [ServiceAPI] {
        let model = ServiceModel(name: name, apiVersion: "2015-03-31", operations: [], errors: [])
        return [ServiceAPI(model, requestLimitBytes: 1_000_000)]
    }

    func reset() throws(ServiceError) {}

    func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? {
        guard target.path.hasPrefix("/lambda/") else { return nil }
        let isWork = ["/lambda/gate", "/lambda/waits"].contains(target.path)
        return DataPlaneRoute(
            authentication: .caller(of: name), on: isWork ? .workQueue : .servingThread
        ) { exchange, _ in
            if exchange.target == "/lambda/echo" { return HTTPResponse(status: 200, body: .bytes(exchange.body)) }
            if exchange.target == "/lambda/gate" {
                gate.arrivals.signal()
                gate.departures.wait()
            }
            let thread = (try? FileDescriptor.open("/proc/thread-self/comm", [.read]).bytes(count: 16, at: 0)) ?? []
            return HTTPResponse(
                status: 200, headers: [("X-Service", name)], body: .bytes(thread.filter { $0 != 10 }))
        }
    }
}

/// A gateway behind an HTTP server, over a catalogue in a temporary folder.
final class GatewayFixture: Sendable {
    let catalog: Catalog
    let gateway: Gateway
    private let storage: TestStorage
    private let server: HTTPServer
    private let url: String
    private let client = HTTPClient()
    let gate = Gate()
    static let key = SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "s3cret")

    init(
        requiresSignatures: Bool, services: [String] = ["lambda"], callsAtOnce: Int = 1,
        bodies: (memory: Int, disk: Int)? = nil
    ) throws {
        storage = try TestStorage()
        catalog = try Catalog(storage)
        let sessions = TemporaryCredentials(key: Array(0..<32))
        let defaults = GatewayDefaults(
            account: AccountID("000000000000").unsafelyUnwrapped, region: Region("us-east-1").unsafelyUnwrapped)
        let writer = try LogWriter(level: .error, format: .text, isColored: false, now: { 0 }, write: { _ in true })
        gateway = try Gateway(
            registry: ServiceRegistry(services.map { [gate] in StubService(name: $0, gate: gate) }),
            authenticator: Authenticator(keys: try catalog.credentialDirectory(), sessions: sessions),
            requiresSignatures: requiresSignatures, defaults: defaults, version: "1", callsAtOnce: callsAtOnce,
            bodies: try BodySpool(
                in: storage.folder, memoryBytes: bodies?.memory ?? 1 << 20, diskBytes: bodies?.disk ?? 1 << 20),
            log: ServerLog(writer), callerBehind: { _ in nil })
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        url = "http://127.0.0.1:\(socket.port)"
        server = try HTTPServer(listener: socket.takeDescriptor(), handler: gateway)
    }

    /// Removes the folder of the bodies, so that no file can be made in it.
    func removeBodies() { rmdir("\(storage.folder)/bodies") }

    deinit {
        client.stop()
        gateway.stop()
        server.stop()
        removeBodies()
    }

    func register(_ credentials: SigningCredentials = key) throws {
        try catalog.addCredential(
            CredentialRecord(
                accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
                account: AccountID("111122223333").unsafelyUnwrapped, name: "", service: nil, createdSeconds: 0))
    }

    /// Sends a request, signed for a service where one is named.
    func send(
        _ method: String, _ path: String, signedFor service: String? = nil, by credentials: SigningCredentials = key,
        body: [UInt8] = []
    ) throws -> (status: Int, service: String?, text: String) {
        var headers: [(name: String, value: String)] = [("Host", String(url.dropFirst("http://".count)))]
        if let service {
            let request = SignableRequest(method: method, rawPath: path, headers: headers)
            let signer = RequestSigner(credentials: credentials, region: "us-east-1", service: service)
            headers += signer.sign(request, body: body, nowSeconds: Int64(time(nil)))
        }
        let answer = try client.send(
            HTTPClientRequest(method, url + path, headers: headers.map { .init($0.name, $0.value) }, body: body))
        return (answer.head.status, answer.head.header("x-service"), String(decoding: answer.body, as: UTF8.self))
    }
}
