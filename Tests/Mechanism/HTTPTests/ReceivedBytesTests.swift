import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import HTTP

/// Notes what happens, holds the server's thread at `/hold`, and pauses each body once.
private final class HoldingHandler: HTTPHandler, HTTPBodySink {
    let events = Mutex<[String]>([])
    let (isHeld, release, noted, didPause) = (Semaphore(), Semaphore(), Semaphore(), Semaphore())
    let paused = Mutex<HTTPExchange?>(nil)

    func note(_ event: String) {
        events.withLock { $0.append(event) }
        noted.signal()
    }

    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 100 }

    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { HTTPResponse(status: 413) }

    func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? { exchange.target == "/upload" ? self : nil }

    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance {
        note(String(decoding: bytes, as: UTF8.self))
        guard paused.withLock({ $0 }) == nil else { return .more }
        paused.withLock { $0 = exchange }
        didPause.signal()
        return .pause
    }

    var bufferedBytes: Int { 0 }

    func didDisconnect() {}

    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        if exchange.target == "/hold" {
            isHeld.signal()
            release.wait()
        } else {
            note(exchange.target)
        }
        return HTTPResponse(status: 200)
    }
}

@Suite struct ReceivedBytesTests {
    private let handler = HoldingHandler()
    private let server: HTTPServer

    init() throws {
        var limits = HTTPServer.Limits()
        limits.threads = 1
        server = try HTTPServer(listener: nil, handler: handler, limits: limits)
    }

    /// A client whose connection the server adopts.
    private func connect(origin: UInt32) throws -> LoopbackClient {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
        let port = listener.port
        let descriptor = listener.takeDescriptor()
        defer { close(descriptor) }
        let client = LoopbackClient(port: port)
        server.adopt(connection: try #require(ConnectionAcceptor.accept(descriptor)), origin: origin)
        return client
    }

    /// A client that keeps the server's only thread until the handler is released.
    private func holdThread() throws -> LoopbackClient {
        let holder = try connect(origin: 1)
        holder.get("/hold")
        handler.isHeld.wait()
        return holder
    }

    private func finish(_ events: Int) -> [String] {
        let patience = MonotonicClock.nowNanoseconds() + 30_000_000_000
        for _ in 0..<events where !handler.noted.wait(untilNanoseconds: patience) { break }
        server.stop()
        return handler.events.withLock(\.self)
    }

    @Test func `what an origin sent before it closed its connection is handled before it is said to be read`() throws {
        let holder = try holdThread()
        try connect(origin: 7).get("/last")
        server.readReceived(of: [7]) { handler.note("read") }
        handler.release.signal()
        #expect(finish(2) == ["/last", "read"])
        _ = holder
    }

    @Test func `what an origin sent before it reset its connection is handled`() throws {
        let holder = try holdThread()
        do {
            let client = try connect(origin: 7)
            client.get("/last")
            client.resetsWhenClosed()
        }
        handler.release.signal()
        #expect(finish(1) == ["/last"])
        _ = holder
    }

    @Test func `a request that is still arriving is waited for`() throws {
        let client = try connect(origin: 7)
        client.send("GET /late HTTP/1.1\r\nHo")
        let (server, handler) = (server, handler)
        // On the server's only thread: it has read the first piece.
        server.readReceived(of: [8]) { server.readReceived(of: [7]) { handler.note("read") } }
        let holder = try holdThread()
        client.send("st: x\r\n\r\n")
        handler.release.signal()
        #expect(finish(2) == ["/late", "read"])
        _ = holder
    }

    @Test(arguments: [false, true])
    func `a paused body is read to its end first, unless its origin is closed`(closes: Bool) throws {
        let client = try connect(origin: 7)
        client.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfirst")
        handler.didPause.wait()
        client.send("last")
        client.finishSending()
        server.readReceived(of: [7]) { handler.note("read") }
        if closes {
            server.closeConnections(of: 7)
            #expect(finish(2) == ["first", "read"])
        } else {
            handler.paused.withLock(\.self)?.resumeBody()
            #expect(finish(4) == ["first", "last", "/upload", "read"])
        }
    }

    @Test func `where nothing was received, and where the server has stopped, there is nothing to wait for`() throws {
        let client = try connect(origin: 7)
        server.readReceived(of: [7, 8]) { handler.note("read") }
        server.stop()
        server.readReceived(of: [7]) { handler.note("stopped") }
        #expect(handler.events.withLock(\.self) == ["read", "stopped"])
        _ = client
    }
}
