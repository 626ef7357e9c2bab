import AWSProtocol
import Catalog
import Domain
import Glibc
import HTTP
import HTTPClient
import LinuxSystem
import ServiceKit
import SignatureV4

@testable import Gateway

/// A service whose data plane is every path below `/NAME/`. It answers with the name of the thread that it runs on.
private struct StubService: Service {
    let name: String
    var apis: [ServiceAPI] {
        let model = ServiceModel(name: name, apiVersion: "2015-03-31", operations: [], errors: [])
        return [ServiceAPI(model, requestLimitBytes: 1_000_000)]
    }

    func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? {
        guard target.path.hasPrefix("/lambda/") else { return nil }
        return DataPlaneRoute(authentication: .caller(of: name)) { _, _ in
            let thread = (try? FileDescriptor.open("/proc/thread-self/comm", [.read]).bytes(count: 16, at: 0)) ?? []
            return HTTPResponse(
                status: 200, headers: [("X-Service", name)], body: .bytes(thread.filter { $0 != 10 }))
        }
    }
}

/// A gateway behind an HTTP server, over a catalogue in a temporary folder.
final class GatewayFixture {
    let catalog: Catalog
    let gateway: Gateway
    private let folder: String
    private let server: HTTPServer
    private let url: String
    private let client = HTTPClient()
    static let key = SigningCredentials(accessKeyID: "AKIAA", secretAccessKey: "s3cret")

    init(requiresSignatures: Bool, services: [String] = ["lambda"]) throws {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", errno: errno) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        catalog = try Catalog(path: folder + "/catalog.sqlite")
        let sessions = TemporaryCredentials(key: Array(0..<32))
        let defaults = GatewayDefaults(
            account: AccountID("000000000000").unsafelyUnwrapped, region: Region("us-east-1").unsafelyUnwrapped)
        let writer = try LogWriter(level: .error, format: .text, isColored: false, now: { 0 }, write: { _ in true })
        gateway = try Gateway(
            registry: ServiceRegistry(services.map { StubService(name: $0) }),
            authenticator: Authenticator(keys: try catalog.credentialDirectory(), sessions: sessions),
            requiresSignatures: requiresSignatures, defaults: defaults, version: "1", callsAtOnce: 1,
            log: ServerLog(writer), callerBehind: { _ in nil })
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        url = "http://127.0.0.1:\(socket.port)"
        server = try HTTPServer(listener: socket.takeDescriptor(), handler: gateway)
    }

    deinit {
        client.stop()
        gateway.stop()
        server.stop()
        for name in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    func register(_ credentials: SigningCredentials = key) throws {
        try catalog.addCredential(
            CredentialRecord(
                accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
                account: AccountID("111122223333").unsafelyUnwrapped, name: "", service: nil, createdSeconds: 0))
    }

    /// Sends a request, signed for a service where one is named.
    func send(
        _ method: String, _ path: String, signedFor service: String? = nil
    ) throws -> (status: Int, service: String?, text: String) {
        var headers: [(name: String, value: String)] = [("Host", String(url.dropFirst("http://".count)))]
        if let service {
            let request = SignableRequest(method: method, rawPath: path, headers: headers)
            let signer = RequestSigner(credentials: Self.key, region: "us-east-1", service: service)
            headers += signer.sign(request, nowSeconds: Int64(time(nil)))
        }
        let answer = try client.send(
            HTTPClientRequest(method, url + path, headers: headers.map { .init($0.name, $0.value) }))
        return (answer.head.status, answer.head.header("x-service"), String(decoding: answer.body, as: UTF8.self))
    }
}
