import HTTP
import HTTPClient
import SignatureV4
import Synchronization
import Testing

@testable import AWSClient

/// Requests to S3, and the handling of its responses.
@Suite struct S3ClientTests {
    private let handler = Bucket()
    private let server: HTTPServer
    private let port: UInt16

    init() throws {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        port = socket.port
        server = try HTTPServer(listener: socket.takeDescriptor(), handler: handler)
    }

    private func get(
        _ object: S3Object, path: String = "", limits: HTTPClientLimits = HTTPClientLimits()
    ) throws -> [UInt8] {
        let endpoint = try #require(EndpointURL("http://127.0.0.1:\(port)\(path)"))
        let client = S3Client(endpoint: endpoint, http: HTTPClient(), nowSeconds: { 1_440_938_160 })
        var content: [UInt8] = []
        let credentials = SigningCredentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "token")
        try client.getObject(object, region: "eu-central-1", credentials: credentials, limits: limits) {
            content.append(contentsOf: $0)
        }
        return content
    }

    @Test func `a key of dots stays in its bucket`() throws {
        defer { server.stop() }
        _ = try get(S3Object(bucket: "b", key: "../x/./y/...z/.."))
        #expect(handler.seen.withLock { $0 }.map(\.target) == ["/b/%2E%2E/x/%2E/y/...z/%2E%2E"])
    }

    @Test func `names are encoded once, and slashes of keys stay`() throws {
        defer { server.stop() }
        _ = try get(S3Object(bucket: "a.b", key: "x//y z/+%2F/é?#", version: "v/1+2"), path: "/below")
        let seen = handler.seen.withLock { $0 }
        #expect(seen.map(\.target) == ["/below/a.b/x//y%20z/%2B%252F/%C3%A9%3F%23?versionId=v%2F1%2B2"])
    }

    @Test func `a request is signed for its region, with the token`() throws {
        defer { server.stop() }
        #expect(try get(S3Object(bucket: "b", key: "k")) == Array("content".utf8))
        let request = try #require(handler.seen.withLock { $0.first })
        #expect(
            request.authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AKID/20150830/eu-central-1/s3/aws4_request"))
        #expect(request.authorization.contains("host;x-amz-content-sha256;x-amz-date;x-amz-security-token"))
        #expect(request.token == "token")
    }

    @Test func `an error is reported with S3's own code, and its body is not taken for the object`() throws {
        defer { server.stop() }
        var taken = 0
        let endpoint = try #require(EndpointURL("http://127.0.0.1:\(port)"))
        let client = S3Client(endpoint: endpoint, http: HTTPClient(), nowSeconds: { 0 })
        let credentials = SigningCredentials(accessKeyID: "a", secretAccessKey: "b")
        let error = #expect(throws: S3Error.self) {
            try client.getObject(
                S3Object(bucket: "b", key: "missing"), region: "r", credentials: credentials, limits: .init()
            ) { taken += $0.count }
        }
        guard case .refused(let refusal) = error else { throw error ?? CancellationError() }
        #expect(refusal.code == "NoSuchKey")
        #expect(refusal.message == "It is <not> here & nowhere &lt;")
        #expect(refusal.status == 404)
        #expect(taken == 0)
    }

    @Test(arguments: [
        (403, "AccessDenied", "Access Denied"), (404, "NoSuchKey", "The specified key does not exist."),
        (500, "HTTP 500", "S3 gave no reason"), (204, "HTTP 204", "S3 gave no reason"),
    ])
    func `a response without a document is reported by its status`(status: Int, code: String, message: String) throws {
        defer { server.stop() }
        let error = #expect(throws: S3Error.self) { try get(S3Object(bucket: "status", key: "\(status)")) }
        guard case .refused(let refusal) = error else { throw error ?? CancellationError() }
        #expect(refusal.code == code)
        #expect(refusal.message == message)
    }

    @Test func `an endless message is cut`() throws {
        defer { server.stop() }
        let error = #expect(throws: S3Error.self) { try get(S3Object(bucket: "status", key: "long")) }
        guard case .refused(let refusal) = error else { throw error ?? CancellationError() }
        #expect(refusal.message.count == 1_000)
    }
}

/// Answers as S3 would to the keys that the tests ask for.
private final class Bucket: HTTPHandler {
    struct Seen { let target, authorization, token: String }
    let seen = Mutex<[Seen]>([])

    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 0 }
    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { HTTPResponse(status: 413) }

    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        let headers = ["Authorization", "X-Amz-Security-Token"].map { exchange.header($0) ?? "" }
        seen.withLock {
            $0.append(Seen(target: exchange.target, authorization: headers[0], token: headers[1]))
        }
        switch exchange.target {
        case "/b/missing":
            let message = "<Message>It is &lt;not&gt; here &amp; nowhere &amp;lt;</Message>"
            return HTTPResponse(
                status: 404, contentType: "application/xml", text: "<Error><Code>NoSuchKey</Code>\(message)</Error>")
        case "/status/long":
            let message = String(repeating: "x", count: 20_000)
            return HTTPResponse(status: 400, contentType: "application/xml", text: "<Message>\(message)</Message>")
        case let target where target.hasPrefix("/status/"):
            return HTTPResponse(status: Int(target.dropFirst(8)) ?? 0)
        default:
            return HTTPResponse(status: 200, contentType: "application/zip", text: "content")
        }
    }
}
