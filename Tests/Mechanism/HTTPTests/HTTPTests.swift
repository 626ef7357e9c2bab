import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import HTTP

/// Echoes requests, and parks those below /park until the test answers them.
private final class EchoHandler: HTTPHandler {
    let parked = Mutex<[HTTPExchange]>([])

    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 1_000_000 }

    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse {
        HTTPResponse(status: 413, contentType: "text/plain", text: "too large")
    }

    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        if exchange.target == "/park" {
            parked.withLock { $0.append(exchange) }
            return nil
        }
        if exchange.target == "/elsewhere" {
            // Answered by another thread before this one has returned: the response may precede the suspension.
            let thread = ResponderThread(exchange)
            thread.start()
            return nil
        }
        return HTTPResponse(
            status: 200,
            headers: [
                ("X-Target", exchange.target), ("X-Method", exchange.method), ("X-Origin", "\(exchange.origin)"),
            ],
            body: .bytes(exchange.body))
    }
}

private final class ResponderThread {
    private let exchange: HTTPExchange
    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    func start() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let responder = Unmanaged<ResponderThread>.fromOpaque(context).takeRetainedValue()
                responder.exchange.respond(HTTPResponse(status: 200, contentType: "text/plain", text: "late"))
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }
}

@Suite struct HTTPTests {
    private let handler = EchoHandler()
    private let server: HTTPServer
    private let port: UInt16

    init() throws {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        port = socket.port
        server = try HTTPServer(listener: socket.takeDescriptor(), handler: handler)
    }

    @Test func `a request reaches the handler as it was sent`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.post("/a%2Fb/c?x=1%20&y", Array("hello".utf8))
        let answer = try #require(client.receive())
        #expect(answer.status == 200)
        #expect(answer.head.contains("X-Target: /a%2Fb/c?x=1%20&y"))
        #expect(answer.head.contains("X-Method: POST"))
        #expect(answer.head.contains("X-Origin: 0"))
        #expect(answer.text == "hello")
    }

    @Test func `a parked request is answered later and its connection serves on`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.get("/park")
        while handler.parked.withLock({ $0.isEmpty }) { usleep(200) }
        let exchange = try #require(handler.parked.withLock { $0.first })
        #expect(exchange.respond(HTTPResponse(status: 202)))
        #expect(!exchange.respond(HTTPResponse(status: 500)), "only the first answer counts")
        #expect(client.receive()?.status == 202)
        client.post("/again", [1, 2, 3])
        #expect(client.receive()?.body == [1, 2, 3])
    }

    @Test func `a connection without traffic is closed, but not one that waits for its answer`() throws {
        server.stop()
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        let port = socket.port
        var limits = HTTPServer.Limits()
        limits.idleTimeoutSeconds = 1
        let server = try HTTPServer(listener: socket.takeDescriptor(), handler: handler, limits: limits)
        defer { server.stop() }
        let idle = LoopbackClient(port: port)
        let waiting = LoopbackClient(port: port)
        idle.get("/")
        #expect(idle.receive()?.status == 200)
        waiting.get("/park")
        #expect(idle.receive() == nil)
        usleep(1_500_000)
        let exchange = try #require(handler.parked.withLock { $0.first })
        exchange.respond(HTTPResponse(status: 202))
        #expect(waiting.receive()?.status == 202)
    }

    @Test func `a response that precedes the suspension is never lost`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        for _ in 0..<2000 {
            client.get("/elsewhere")
            #expect(try #require(client.receive()).text == "late")
        }
    }

    @Test func `a body over its limit is refused before it is read`() throws {
        defer { server.stop() }
        let announced = LoopbackClient(port: port)
        announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n\r\n")
        #expect(announced.receive()?.status == 413)
        let chunked = LoopbackClient(port: port)
        chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 65, count: 65_536) + Array("\r\n".utf8)
        for _ in 0..<17 { chunked.send(chunk) }
        let answer = chunked.receive()
        #expect(answer == nil || answer?.status == 413, "the connection ends, with the reason where it could be sent")
    }

    @Test func `an adopted connection carries its origin`() throws {
        defer { server.stop() }
        var pair: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        server.adopt(connection: pair[0], origin: 0x8000_0007)
        let client = LoopbackClient(descriptor: pair[1])
        client.get("/")
        #expect(client.receive()?.head.contains("X-Origin: \(0x8000_0007)") == true)
    }

    @Test func `stopping answers parked requests`() throws {
        let client = LoopbackClient(port: port)
        client.get("/park")
        while handler.parked.withLock({ $0.isEmpty }) { usleep(200) }
        server.stop()
        #expect(client.receive()?.status == 503)
    }

    @Test func `a request that arrives while the server stops is not parked`() throws {
        let first = LoopbackClient(port: port)
        first.get("/park")
        while handler.parked.withLock({ $0.isEmpty }) { usleep(200) }
        // An open connection that sends requests until the server has stopped.
        let asking = try SystemThread(name: "asking") { [port] in
            let client = LoopbackClient(port: port)
            repeat { client.get("/park") } while client.receive() != nil
        }
        while handler.parked.withLock({ $0.count < 2 }) { usleep(200) }
        server.stop()
        asking.join()
        #expect(first.receive()?.status == 503)
    }

    @Test func `a connection adopted by a stopped server is closed`() throws {
        server.stop()
        var pair: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        server.adopt(connection: pair[0], origin: 7)
        #expect(LoopbackClient(descriptor: pair[1]).receive() == nil)
    }

    @Test func `invalid bytes on the wire close their connection only`() throws {
        defer { server.stop() }
        for nonsense in [
            "\r\n\r\n", "GET\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            String(repeating: "x", count: 100_000),
        ] {
            let client = LoopbackClient(port: port)
            client.send(nonsense + "\r\n\r\n")
        }
        let client = LoopbackClient(port: port)
        client.post("/alive", [7])
        #expect(client.receive()?.body == [7])
    }

    @Test func `pipelined requests are answered in their order`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send((0..<50).map { "POST /\($0) HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx" }.joined())
        for number in 0..<50 { #expect(client.receive()?.head.contains("X-Target: /\(number)\r\n") == true) }
    }

    @Test func `requests behind a parked one wait for its response`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send("GET /park HTTP/1.1\r\nHost: x\r\n\r\nGET /behind HTTP/1.1\r\nHost: x\r\n\r\n")
        while handler.parked.withLock({ $0.isEmpty }) { usleep(200) }
        handler.parked.withLock { $0.first }?.respond(HTTPResponse(status: 202))
        #expect(client.receive()?.status == 202)
        #expect(client.receive()?.head.contains("X-Target: /behind") == true)
    }

    @Test func `a request may arrive byte by byte`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        for byte in "POST /slow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8 {
            client.send([byte])
        }
        #expect(client.receive()?.text == "abc")
    }

    @Test func `a client that has sent all it will send is still answered`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.post("/", [1])
        client.finishSending()
        #expect(client.receive()?.body == [1])
        #expect(client.receive() == nil)
    }

    @Test func `a client that waits before it sends its body is told to go on`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(client.receiveRaw { $0.hasSuffix("\r\n\r\n") } == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("ok")
        #expect(client.receive()?.text == "ok")
    }

    @Test func `a refusal reaches a client that sends its whole body before it reads`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.post("/", Array(repeating: 0, count: 20_000_000))
        #expect(client.receive()?.status == 413)
        #expect(client.receive() == nil)
    }

    @Test func `the response to HEAD has the length of the body, and no body`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /next HTTP/1.1\r\nHost: x\r\n\r\n")
        let text = client.receiveRaw { $0.contains("X-Target: /next") }
        #expect(text.contains("Content-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\n"))
    }

    @Test func `a client of HTTP 1,0 gets its response and the end of the connection`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send("GET /old HTTP/1.0\r\n\r\n")
        #expect(client.receive()?.head.contains("Connection: close") == true)
        #expect(client.receive() == nil)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [evil.com\r\n\r\n", 400), ("GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505), ("GET /\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
        ("GET / HTTP/1.1\nHost: x\n\n", 400),
    ])
    func `a malformed request is refused, and its connection ends`(request: String, status: Int) throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send(request)
        #expect(client.receive()?.status == status)
        #expect(client.receive() == nil)
    }

    @Test(arguments: [(1, 40_000), (300, 1)])
    func `too many or too long header fields are refused`(count: Int, length: Int) throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        let field = "X: \(String(repeating: "y", count: length))\r\n"
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: field, count: count))\r\n")
        #expect(client.receive()?.status == 431)
        #expect(client.receive() == nil)
    }
}
