import Glibc
import HTTP
import LinuxSystem
import Synchronization
import Testing

@testable import HTTPClient

/// Requests and responses with a well-behaved server.
@Suite struct HTTPClientTests {
    private let client = HTTPClient()

    @Test func `a request is sent as it is written`() throws {
        let server = try ScriptedServer(answer: "HTTP/1.1 204 No Content\r\n\r\n")
        defer { server.stop() }
        let request = HTTPClientRequest(
            "GET", "\(server.url)/a//../b%20c%2Bd?x=1%202", headers: [.init("X-One", "1"), .init("X-Empty", "")])
        #expect(try client.send(request).head.status == 204)
        let lines = try #require(server.requests.withLock { $0.first }).split(separator: "\r\n").map(String.init)
        #expect(lines.first == "GET /a//../b%20c%2Bd?x=1%202 HTTP/1.1")
        #expect(Set(lines.dropFirst()) == ["Host: 127.0.0.1:\(server.port)", "Accept: */*", "X-One: 1", "X-Empty:"])
    }

    @Test func `a body is sent, without a content type of its own`() throws {
        let server = try ScriptedServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        defer { server.stop() }
        let answer = try client.send(HTTPClientRequest("PUT", server.url, body: Array("hello!".utf8)))
        #expect(answer.body == Array("ok".utf8))
        let request = try #require(server.requests.withLock { $0.first })
        #expect(request.hasPrefix("PUT / HTTP/1.1\r\n"))
        #expect(request.hasSuffix("\r\n\r\nhello!"))
        #expect(request.contains("Content-Length: 6\r\n"))
        #expect(!request.contains("Content-Type") && !request.contains("Expect"))
    }

    @Test func `every piece comes with the head, and interim responses are skipped`() throws {
        let server = try ScriptedServer(
            answer: "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                + "HTTP/1.1 404 Not Found\r\nX-Late:  yes \r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
        defer { server.stop() }
        var text = ""
        let head = try client.send(HTTPClientRequest("GET", server.url)) { head, piece in
            #expect(head.status == 404)
            text += String(decoding: piece, as: UTF8.self)
        }
        #expect(text == "abcde")
        #expect(head.header("x-late") == "yes")
        #expect(head.header("x-early") == nil)
    }

    @Test func `a connection is reused for the next request`() throws {
        let server = try ScriptedServer { connection, _ in
            ScriptedServer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", to: connection)
        }
        defer { server.stop() }
        defer { client.stop() }
        for _ in 0..<3 {
            let request = HTTPClientRequest("GET", server.url, headers: [.init("X-Keep", "1")])
            #expect(try client.send(request).body == [UInt8(ascii: "x")])
        }
        #expect(server.connectionCount == 1)
    }

    @Test func `many threads share a client`() throws {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        let port = socket.port
        let server = try HTTPServer(listener: socket.takeDescriptor(), handler: Echo())
        defer { server.stop() }
        let good = Atomic(0)
        let threads = try (0..<8).map { number in
            try SystemThread(name: "caller") { [client] in
                for turn in 0..<50 {
                    let body = Array("\(number)-\(turn)".utf8)
                    let request = HTTPClientRequest("POST", "http://127.0.0.1:\(port)/", body: body)
                    // A failed call is missing in the sum.
                    if let answer = try? client.send(request), answer.body == body { good.add(1, ordering: .relaxed) }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(good.load(ordering: .relaxed) == 400)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "HTTP://x/ y", "http://x/é", "127.0.0.1", ""])
    func `a URL that is neither http nor https is refused`(url: String) {
        let error = #expect(throws: HTTPClientError.self) { try client.send(HTTPClientRequest("GET", url)) }
        #expect(error?.kind == .invalidRequest)
    }

    @Test func `a header cannot inject another`() {
        for header in [HTTPClientHeader("X", "1\r\nY: 2"), .init("X: 1\r\nY", "2"), .init("X", "1\0"), .init("", "1")] {
            let request = HTTPClientRequest("GET", "http://127.0.0.1:1/", headers: [header])
            let error = #expect(throws: HTTPClientError.self) { try client.send(request) }
            #expect(error?.kind == .invalidRequest)
        }
    }
}

private final class Echo: HTTPHandler {
    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 1_000 }
    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { HTTPResponse(status: 413) }
    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        HTTPResponse(status: 200, headers: [], body: .bytes(exchange.body))
    }
}
