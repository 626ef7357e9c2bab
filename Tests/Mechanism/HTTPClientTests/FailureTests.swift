import Glibc
import LinuxSystem
import Testing

@testable import HTTPClient

/// Servers that close early, stall, or send too much or no HTTP: every exchange ends with the right error.
@Suite(.serialized) struct FailureTests {
    private let client = HTTPClient()

    private func failure(
        _ server: ScriptedServer, _ limits: HTTPClientLimits = HTTPClientLimits()
    ) -> HTTPClientError? {
        defer { server.stop() }
        return #expect(throws: HTTPClientError.self) {
            try client.send(HTTPClientRequest("GET", server.url), limits: limits)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n12345",
        "",
    ])
    func `a truncated response is an error`(answer: String) throws {
        #expect(failure(try ScriptedServer(answer: answer))?.kind == .interrupted)
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "{\"json\": true}", "HTTP/7 200\r\n\r\n"])
    func `a response that is not HTTP is refused`(answer: String) throws {
        #expect(failure(try ScriptedServer(answer: answer))?.kind == .malformed)
    }

    @Test func `a body over its limit is refused, announced or not`() throws {
        var limits = HTTPClientLimits()
        limits.bodyBytes = 1_000
        let announced = try ScriptedServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
        #expect(failure(announced, limits)?.kind == .tooLarge)
        let body = String(repeating: "x", count: 1_001)
        let chunked = try ScriptedServer(
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n\(body)\r\n0\r\n\r\n")
        #expect(failure(chunked, limits)?.kind == .tooLarge)
        let exact = try ScriptedServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\(body.dropLast())")
        defer { exact.stop() }
        #expect(try client.send(HTTPClientRequest("GET", exact.url), limits: limits).body.count == 1_000)
    }

    @Test func `a flood of headers ends the exchange`() throws {
        let server = try ScriptedServer { connection, _ in
            var goesOn = ScriptedServer.send("HTTP/1.1 200 OK\r\n", to: connection)
            while goesOn {
                goesOn = ScriptedServer.send("X-Flood: \(String(repeating: "x", count: 900))\r\n", to: connection)
            }
        }
        #expect(failure(server)?.kind == .malformed)
    }

    @Test func `a header without an end ends the exchange`() throws {
        let server = try ScriptedServer { connection, _ in
            var goesOn = ScriptedServer.send("HTTP/1.1 200 OK\r\nX-Flood: ", to: connection)
            while goesOn { goesOn = ScriptedServer.send(String(repeating: "x", count: 4_096), to: connection) }
        }
        defer { server.stop() }
        #expect(throws: HTTPClientError.self) { try client.send(HTTPClientRequest("GET", server.url)) }
    }

    @Test func `an error about an unreachable server names its address`() throws {
        let server = try ScriptedServer(answer: "")
        server.stop()
        let error = failure(server)
        #expect(error?.kind == .unreachable)
        #expect(error?.description.contains("\(server.port)") == true)
    }

    @Test func `a server that does not speak TLS is not trusted`() throws {
        let server = try ScriptedServer { connection, _ in waitForEnd(of: connection) }
        defer { server.stop() }
        let listening = try ScriptedServer(answer: "HTTP/1.1 400 Bad Request\r\n\r\n")
        defer { listening.stop() }
        var limits = HTTPClientLimits()
        limits.connectMilliseconds = 500
        // The server waits for the end of an unencrypted request, which never arrives; the handshake has a time limit.
        let silent = #expect(throws: HTTPClientError.self) {
            try client.send(HTTPClientRequest("GET", "https://127.0.0.1:\(server.port)/"), limits: limits)
        }
        #expect(silent?.kind == .timedOut)
        let authorities = HTTPClient(certificateAuthorities: "/nowhere.pem")
        let missing = #expect(throws: HTTPClientError.self) {
            try authorities.send(HTTPClientRequest("GET", "https://127.0.0.1:\(listening.port)/"), limits: limits)
        }
        #expect(missing?.kind == .tlsFailed)
    }

    @Test func `a silent server times out`() throws {
        let server = try ScriptedServer { connection, _ in waitForEnd(of: connection) }
        var limits = HTTPClientLimits()
        limits.totalMilliseconds = 300
        #expect(failure(server, limits)?.kind == .timedOut)
    }

    @Test func `an exchange that stalls times out`() throws {
        let server = try ScriptedServer { connection, _ in
            ScriptedServer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n12345", to: connection)
            waitForEnd(of: connection)
        }
        var limits = HTTPClientLimits()
        limits.stallSeconds = 1
        #expect(failure(server, limits)?.kind == .timedOut)
    }

    @Test func `a redirect is a response, and is not followed`() throws {
        let elsewhere = try ScriptedServer(answer: "HTTP/1.1 200 OK\r\n\r\n")
        defer { elsewhere.stop() }
        let server = try ScriptedServer(
            answer: "HTTP/1.1 302 Found\r\nLocation: \(elsewhere.url)/\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let head = try client.send(HTTPClientRequest("GET", server.url)).head
        #expect(head.status == 302)
        #expect(head.header("Location") == "\(elsewhere.url)/")
        #expect(elsewhere.connectionCount == 0)
    }

    @Test func `an error of the receiver ends the exchange and is its cause`() throws {
        let server = try ScriptedServer { connection, _ in
            var goesOn = ScriptedServer.send("HTTP/1.1 200 OK\r\n\r\n", to: connection)
            while goesOn { goesOn = ScriptedServer.send(String(repeating: "x", count: 4_096), to: connection) }
        }
        defer { server.stop() }
        let full = SystemCallError("write", errno: ENOSPC)
        let error = #expect(throws: HTTPClientError.self) {
            try client.send(HTTPClientRequest("GET", server.url)) { _, _ in throw full }
        }
        #expect(error?.kind == .receiverFailed)
        #expect(error?.cause as? SystemCallError == full)
    }

    @Test func `stopping the client cancels exchanges in flight and refuses new ones`() throws {
        let server = try ScriptedServer { [client] connection, _ in
            client.stop()
            waitForEnd(of: connection)
        }
        let clock = ContinuousClock()
        let begin = clock.now
        #expect(failure(server)?.kind == .cancelled)
        #expect(clock.now - begin < .seconds(3))
        let error = #expect(throws: HTTPClientError.self) { try client.send(HTTPClientRequest("GET", "http://x/")) }
        #expect(error?.kind == .cancelled)
    }

    @Test func `a proxy of the environment is used, but not for loopback`() throws {
        let proxy = try ScriptedServer(answer: "HTTP/1.1 200 OK\r\nX-By: proxy\r\nContent-Length: 0\r\n\r\n")
        defer { proxy.stop() }
        setenv("http_proxy", proxy.url, 1)
        defer { unsetenv("http_proxy") }
        let server = try ScriptedServer(answer: "HTTP/1.1 200 OK\r\nX-By: itself\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        #expect(try client.send(HTTPClientRequest("GET", server.url)).head.header("X-By") == "itself")
        #expect(try client.send(HTTPClientRequest("GET", "http://s3.invalid/")).head.header("X-By") == "proxy")
    }
}

/// Returns when the peer closes the connection.
private func waitForEnd(of connection: Int32) {
    var byte: UInt8 = 0
    while recv(connection, &byte, 1, 0) > 0 {}
}
