import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import HTTP

/// Answers every request at once, but those for `/park` never.
private struct EmptyHandler: HTTPHandler {
    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 100 }
    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { HTTPResponse(status: 413) }
    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        exchange.target == "/park" ? nil : HTTPResponse(status: 200)
    }
}

/// What a server has told of refused connections.
private final class Refusals: Sendable {
    let all = Mutex<[ConnectionRefusal]>([])
}

@Suite struct ConnectionRefusalTests {
    private let refusals = Refusals()

    /// A server that has so many places for clients.
    private func start(places: UInt32) throws -> (HTTPServer, port: UInt16) {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        var limits = HTTPServer.Limits()
        (limits.threads, limits.clientConnections) = (1, places)
        limits.primaryOrigins.connectionsPerOrigin = 1
        let port = socket.port
        let server = try HTTPServer(listener: socket.takeDescriptor(), handler: EmptyHandler(), limits: limits) {
            [refusals] refusal in refusals.all.withLock { $0.append(refusal) }
        }
        return (server, port)
    }

    /// Waits until the server has taken what the clients have sent before: it takes connections in their order.
    private func settle(_ clients: LoopbackClient...) {
        for client in clients {
            client.get("/")
            #expect(client.receive()?.status == 200)
        }
    }

    @Test func `connections that are at work stay, and only the first refusal is told of`() throws {
        let (server, port) = try start(places: 1)
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        settle(client)
        #expect(refusals.all.withLock { $0.isEmpty })
        client.get("/park")
        for _ in 1...3 {
            let other = LoopbackClient(port: port)
            other.get("/")
            #expect(other.receive() == nil)
        }
        #expect(refusals.all.withLock { $0 } == [.began(.client)])
        let connections = (1...3).map { _ in Self.adopt(origin: 7, server) }
        #expect(refusals.all.withLock { $0 } == [.began(.client), .began(.origin)])
        #expect(connections.count == 3)
    }

    @Test func `a half-sent head gives way before an idle connection, and that before a half-sent body`() throws {
        let (server, port) = try start(places: 4)
        defer { server.stop() }
        let (idle, head, body, parked) = (
            LoopbackClient(port: port), LoopbackClient(port: port), LoopbackClient(port: port),
            LoopbackClient(port: port)
        )
        settle(idle, head, body, parked)
        head.send("GET / HTTP/1.1\r\nHo")
        body.send(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9")
        #expect(body.receive()?.status == 200)
        body.send("\r\n\r\nhalf")
        settle(parked, idle)
        parked.get("/park")
        for gone in [head, idle] {
            let other = LoopbackClient(port: port)
            other.get("/park")
            #expect(gone.receive() == nil)
        }
        let last = LoopbackClient(port: port)
        last.get("/")
        #expect(last.receive()?.status == 200)
        #expect(body.receive() == nil)
    }

    @Test func `thousands of half-sent heads keep no one out`() throws {
        let (server, port) = try start(places: 40)
        defer { server.stop() }
        let hostile = (0..<400).map { _ in
            let client = LoopbackClient(port: port)
            client.send("GET / HTTP/1.1\r\nHo")
            return client
        }
        let victim = LoopbackClient(port: port)
        for _ in 0..<10 { settle(victim) }
        #expect(hostile.count == 400)
    }

    /// A connection from an origin.
    private static func adopt(origin: UInt32, _ server: HTTPServer) -> LoopbackClient {
        var ends: [Int32] = [-1, -1]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        server.adopt(connection: ends[0], origin: origin)
        return LoopbackClient(descriptor: ends[1])
    }
}
