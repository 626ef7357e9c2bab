import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import HTTP

/// Answers at once, and counts.
private final class CountingHandler: HTTPHandler {
    let targets = Mutex<[String]>([])

    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 100 }

    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { HTTPResponse(status: 413) }

    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        targets.withLock { $0.append(exchange.target) }
        return HTTPResponse(status: 200)
    }
}

@Suite struct FairnessTests {
    private let handler = CountingHandler()

    private func start(_ change: (inout HTTPServer.Limits) -> Void) throws -> (HTTPServer, port: UInt16) {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        let port = socket.port
        var limits = HTTPServer.Limits()
        limits.threads = 1
        change(&limits)
        return (try HTTPServer(listener: socket.takeDescriptor(), handler: handler, limits: limits), port)
    }

    @Test func `a flood of pipelined requests leaves turns to other connections`() throws {
        let (server, port) = try start { _ in }
        defer { server.stop() }
        // One thread sends, and another one receives.
        nonisolated(unsafe) let flooding = LoopbackClient(port: port)
        let other = LoopbackClient(port: port)
        let flood = String(repeating: "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n", count: 20_000)
        let sender = try SystemThread(name: "flood") { flooding.send(flood) }
        let reader = try SystemThread(name: "reader") { while flooding.receiveBytes() > 0 {} }
        while handler.targets.withLock({ $0.isEmpty }) { usleep(100) }
        for _ in 0..<20 {
            other.get("/other")
            #expect(other.receive()?.status == 200)
        }
        let before = handler.targets.withLock { targets in targets.lastIndex(of: "/other").map { targets[..<$0].count }
        }
        #expect((before ?? 0) < 20_000, "the other's requests were answered while the flood went on")
        flooding.finishSending()
        sender.join()
        reader.join()
    }

    @Test func `a head or a body that stops arriving ends its connection, and an idle one stays`() throws {
        let (server, port) = try start { ($0.headSeconds, $0.bodySeconds) = (1, 1) }
        defer { server.stop() }
        let (head, body, idle) = (LoopbackClient(port: port), LoopbackClient(port: port), LoopbackClient(port: port))
        head.send("GET / HTTP/1.1\r\nHo")
        body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        idle.get("/")
        #expect(idle.receive()?.status == 200)
        #expect(head.receive() == nil)
        #expect(body.receive() == nil)
        idle.get("/")
        #expect(idle.receive()?.status == 200)
    }

    @Test func `a malformed request behind HEAD gets its reason`() throws {
        let (server, port) = try start { _ in }
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = client.receiveRaw { $0.hasSuffix("\r\n\r\n") }
        client.send("garbage\r\n\r\n")
        #expect(client.receive()?.text.hasPrefix("Bad request") == true)
    }

    @Test func `the clock waits for what a connection waits for`() {
        var limits = HTTPServer.Limits()
        (limits.idleTimeoutSeconds, limits.headSeconds) = (100, 60)
        (limits.bodySeconds, limits.bodyBytesPerSecond) = (30, 100)
        var clock = ConnectionClock(activeNanoseconds: 1_000_000_000)
        func seconds(_ wait: ConnectionClock.Wait) -> UInt64 {
            clock.deadline(of: wait, limits: limits, nowNanoseconds: 50_000_000_000) / 1_000_000_000
        }
        #expect([seconds(.request), seconds(.head), seconds(.response)] == [101, 61, 150])
        clock.headNanoseconds = 7_000_000_000
        #expect([seconds(.head), seconds(.closing(byNanoseconds: 9_000_000_000))] == [67, 9])
        // Bytes buy time, and what is not used is lost.
        clock.beginBody(limits: limits, nowNanoseconds: 10_000_000_000)
        #expect(seconds(.body) == 40)
        clock.didReceiveBody(500, limits: limits, nowNanoseconds: 20_000_000_000)
        #expect(seconds(.body) == 45)
        clock.didReceiveBody(1, limits: limits, nowNanoseconds: 44_000_000_000)
        #expect(seconds(.body) == 45)
        clock.didReceiveBody(1_000_000, limits: limits, nowNanoseconds: 44_000_000_000)
        #expect(seconds(.body) == 74)
        limits.idleTimeoutSeconds = 0
        #expect(clock.deadline(of: .response, limits: limits, nowNanoseconds: 1) == UInt64.max)
    }
}
