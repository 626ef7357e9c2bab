import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import HTTP

/// Answers every request.
private struct EmptyHandler: HTTPHandler {
    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 0 }
    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { HTTPResponse(status: 413) }
    func respond(to exchange: HTTPExchange) -> HTTPResponse? { HTTPResponse(status: 200) }
}

/// What a server has told of refused connections.
private final class Refusals: Sendable {
    let all = Mutex<[ConnectionRefusal]>([])
}

@Suite struct ConnectionRefusalTests {
    @Test func `connections beyond a limit are refused, and only the first refusal is told of`() throws {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        let refusals = Refusals()
        var limits = HTTPServer.Limits()
        limits.clientConnections = 1
        limits.primaryOrigins.connectionsPerOrigin = 1
        let port = socket.port
        let server = try HTTPServer(listener: socket.takeDescriptor(), handler: EmptyHandler(), limits: limits) {
            refusal in
            refusals.all.withLock { $0.append(refusal) }
        }
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.get("/")
        #expect(client.receive()?.status == 200)
        #expect(refusals.all.withLock { $0.isEmpty })
        for _ in 1...3 {
            let other = LoopbackClient(port: port)
            other.get("/")
            #expect(other.receive() == nil)
        }
        #expect(refusals.all.withLock { $0 } == [.began(.client)])
        let connections = (1...3).map { _ in Self.adopt(origin: 7, server) }
        #expect(refusals.all.withLock { $0 } == [.began(.client), .began(.origin)])
        #expect(connections.count == 3)
        // Those that are there are served.
        client.get("/")
        #expect(client.receive()?.status == 200)
    }

    /// A connection from an origin.
    private static func adopt(origin: UInt32, _ server: HTTPServer) -> LoopbackClient {
        var ends: [Int32] = [-1, -1]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        server.adopt(connection: ends[0], origin: origin)
        return LoopbackClient(descriptor: ends[1])
    }
}
