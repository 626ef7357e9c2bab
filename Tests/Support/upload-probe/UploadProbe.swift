import AWSProtocol
import Catalog
import Digest
import Domain
import Gateway
import Glibc
import HTTP
import LinuxSystem
import SQLite
import ServiceKit
import SignatureV4
import Synchronization

/// The gateway with one service, whose bodies are streamed: Tests/Contract/test_uploads.py sends them.
///
/// `upload-probe FOLDER [KEY SECRET]`: keeps its rows in a folder; with a key, requests must be signed with it. Writes
/// the server's URL, and runs until its standard input ends.
@main
struct UploadProbe {
    static func main() throws {
        let arguments = CommandLine.arguments
        let catalog = try Catalog(SQLiteStorage(folder: arguments[1]))
        let isGuarded = arguments.count == 4
        guard let account = AccountID("000000000000"), let region = Region("us-east-1") else { return }
        if isGuarded {
            try catalog.addCredential(
                CredentialRecord(
                    accessKeyID: arguments[2], secretAccessKey: arguments[3], account: account, name: "", service: nil,
                    createdSeconds: 0))
        }
        let writer = try LogWriter(level: .error, format: .text, isColored: false, now: { 0 }, write: { _ in true })
        let gateway = try Gateway(
            registry: ServiceRegistry([UploadService()]),
            authenticator: Authenticator(
                keys: try catalog.credentialDirectory(), sessions: TemporaryCredentials(key: Array(0..<32))),
            requiresSignatures: isGuarded, defaults: GatewayDefaults(account: account, region: region), version: "1",
            callsAtOnce: 2, bodies: try BodySpool(in: CommandLine.arguments[1]), log: ServerLog(writer),
            callerBehind: { _ in nil })
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        let port = socket.port
        let server = try HTTPServer(listener: socket.takeDescriptor(), handler: gateway)
        print("http://127.0.0.1:\(port)")
        fflush(nil)
        while readLine() != nil {}
        gateway.stop()
        server.stop()
    }
}

/// Takes uploads of any length, and says in a header what it has seen of them.
private final class UploadService: Service {
    private let disk: WorkQueue
    private let discarded = Mutex(0)

    init() throws { disk = try WorkQueue(name: "disk", threadCount: 1, capacity: 1_000) }

    var apis: [ServiceAPI] {
        let model = ModelLibrary(reading: "service s3 name=s3 version=2006-03-01 protocols=rest-xml bareerrors")
        return [ServiceAPI(ServiceModel(model), requestLimitBytes: 1_000_000)]
    }

    func reset() throws(ServiceError) { discarded.withLock { $0 = 0 } }

    func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? {
        guard method == "PUT" else {
            return DataPlaneRoute(authentication: .bearer) { [self] _, _ in
                HTTPResponse(
                    status: 200, contentType: "application/json", text: "\(discarded.withLock(\.self))")
            }
        }
        return DataPlaneRoute(streamingFor: "s3", limitBytes: 75_000_000, on: .workQueue) { [self] _, context in
            Upload(disk: disk, account: context.account) { self.discarded.withLock { $0 += 1 } }
        }
    }
}

/// One upload: what has arrived is hashed by another thread, and nothing more is read until then.
private final class Upload: ContentReceiver {
    private struct Content: ~Copyable {
        var hasher = SHA256Hasher()
        var byteCount = 0
        var pieceCount = 0
        var longestPiece = 0
    }

    private let disk: WorkQueue
    private let account: AccountID
    private let didDiscard: @Sendable () -> Void
    private let content = Mutex(Content())

    init(disk: WorkQueue, account: AccountID, didDiscard: @escaping @Sendable () -> Void) {
        self.disk = disk
        self.account = account
        self.didDiscard = didDiscard
    }

    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> ContentAcceptance {
        if exchange.target == "/full/k" { return .refuse(HTTPResponse(status: 507)) }
        let piece = Array(bytes)
        let isAccepted = disk.submit {
            self.content.withLock { content in
                piece.withUnsafeBytes { content.hasher.update($0) }
                content.byteCount += piece.count
                content.pieceCount += 1
                content.longestPiece = max(content.longestPiece, piece.count)
            }
            exchange.resumeBody()
        }
        return isAccepted ? .pause : .refuse(HTTPResponse(status: 503))
    }

    func finish(_ exchange: HTTPExchange, trailers: [ChunkStream.Trailer]) -> HTTPResponse? {
        _ = disk.submit {
            let document = self.content.withLock { content in
                var complete = SHA256Hasher()
                swap(&complete, &content.hasher)
                return AWSValue.structure([
                    "account": .string(self.account.description), "sha256": .string(complete.finalize().hex),
                    "bytes": .integer(Int64(content.byteCount)), "pieces": .integer(Int64(content.pieceCount)),
                    "longestPiece": .integer(Int64(content.longestPiece)),
                    "trailers": .structure(
                        Dictionary(uniqueKeysWithValues: trailers.map { ($0.name, AWSValue.string($0.value)) })),
                ])
            }
            exchange.respond(
                HTTPResponse(
                    status: 200, headers: [("X-Seen", String(decoding: JSON.encode(document), as: UTF8.self))]))
        }
        return nil
    }

    func discard() { didDiscard() }
}
