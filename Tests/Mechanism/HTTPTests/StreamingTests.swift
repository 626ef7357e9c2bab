import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import HTTP

/// Responds with a stream that the test writes, and receives uploads as a stream.
private final class StreamHandler: HTTPHandler, HTTPBodySink {
    struct Upload {
        var bytes: [UInt8] = []
        var pieces = 0
        var pausesAfter = Int.max
        var paused: HTTPExchange?
        var pausesAlways = false
        /// The piece during which the sink resumes the body, just before it returns `pause`.
        var pieceWithRoom: Int?
        var isBroken = false
        var isHeld = false
    }

    let body = HTTPBodyStream(capacity: 1_000)
    let upload = Mutex(Upload())

    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { 10 }

    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { HTTPResponse(status: 413) }

    func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? { exchange.target == "/upload" ? self : nil }

    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance {
        upload.withLock { upload in
            upload.bytes += bytes
            upload.pieces += 1
            if upload.bytes.count > 10_000_000 { return .refuse }
            guard upload.bytes.count >= upload.pausesAfter || upload.pausesAlways else { return .more }
            upload.pausesAfter = .max
            upload.paused = exchange
            if upload.pieces == upload.pieceWithRoom {
                exchange.resumeBody()
                upload.pausesAlways = false
            }
            return .pause
        }
    }

    var bufferedBytes: Int { upload.withLock { $0.isHeld ? $0.bytes.count : 0 } }

    func didDisconnect() { upload.withLock { $0.isBroken = true } }

    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        guard exchange.target == "/upload" else { return HTTPResponse(status: 200, body: .stream(body)) }
        let trailer = exchange.trailer("X-Trailer") ?? "none"
        return HTTPResponse(status: 200, headers: [("X-Trailer", trailer)])
    }
}

/// An event that happens once, on another thread.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isRaised: Bool { value.withLock(\.self) }
    func raise() { value.withLock { $0 = true } }
}

private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1_000 where !condition() { usleep(5_000) }
    return condition()
}

@Suite struct StreamingTests {
    private let handler = StreamHandler()
    private let server: HTTPServer
    private let port: UInt16

    init() throws {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        port = socket.port
        server = try HTTPServer(listener: socket.takeDescriptor(), handler: handler)
    }

    private func write(_ text: String) -> HTTPBodyStream.Acceptance {
        Array(text.utf8).withUnsafeBytes { handler.body.write($0) }
    }

    @Test func `a body is sent while it is produced`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.get("/stream")
        let head = client.receiveRaw { $0.contains("\r\n\r\n") }
        #expect(head.contains("Transfer-Encoding: chunked"))
        _ = write("first")
        #expect(client.receiveRaw { $0.contains("first") }.hasSuffix("5\r\nfirst\r\n"))
        _ = write("second")
        handler.body.finish()
        #expect(client.receiveRaw { $0.hasSuffix("0\r\n\r\n") }.contains("6\r\nsecond\r\n"))
        #expect(write("late") == .closed)
    }

    @Test func `a writer that outruns its reader is paused, and resumed when there is room`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        let flag = Flag()
        let big = Array(repeating: UInt8(65), count: 2_000)
        let acceptance = big.withUnsafeBytes { bytes in
            handler.body.write(bytes) { flag.raise() }
        }
        #expect(acceptance == .full)
        #expect(!flag.isRaised)
        client.get("/stream")
        #expect(eventually { flag.isRaised })
        handler.body.finish()
        let text = client.receiveRaw { $0.hasSuffix("0\r\n\r\n") }
        #expect(text.count(where: { $0 == "A" }) == 2_000)
    }

    @Test func `all paused writers are resumed when there is room`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        let flags = [Flag(), Flag()]
        for flag in flags {
            Array(repeating: UInt8(65), count: 2_000).withUnsafeBytes { bytes in
                #expect(handler.body.write(bytes) { flag.raise() } == .full)
            }
        }
        client.get("/stream")
        #expect(eventually { flags.allSatisfy(\.isRaised) })
        handler.body.finish()
        _ = client.receiveRaw { $0.hasSuffix("0\r\n\r\n") }
    }

    @Test func `an aborted body has no end on the wire`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.get("/stream")
        _ = write("half")
        _ = client.receiveRaw { $0.contains("half") }
        handler.body.abort()
        #expect(!client.receiveRaw { _ in false }.contains("0\r\n\r\n"))
    }

    @Test func `a writer learns that its reader is gone`() throws {
        defer { server.stop() }
        do {
            let client = LoopbackClient(port: port)
            client.get("/stream")
            _ = write("x")
            _ = client.receiveRaw { $0.contains("x") }
        }
        #expect(eventually { write(String(repeating: "y", count: 5_000)) == .closed })
    }

    @Test func `an upload is received piece by piece, with its trailers`() throws {
        defer { server.stop() }
        let client = LoopbackClient(port: port)
        client.send("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Trailer\r\n\r\n")
        client.send("5\r\nfirst\r\n")
        #expect(eventually { handler.upload.withLock { $0.pieces } == 1 })
        client.send("6\r\nsecond\r\n0\r\nX-Trailer: behind\r\n\r\n")
        let answer = try #require(client.receive())
        #expect(answer.head.contains("X-Trailer: behind"))
        #expect(handler.upload.withLock { $0.bytes } == Array("firstsecond".utf8))
    }

    @Test func `a paused upload continues where it stopped`() throws {
        defer { server.stop() }
        handler.upload.withLock { $0.pausesAfter = 100_000 }
        let sender = try SystemThread(name: "sender") { [port] in
            let client = LoopbackClient(port: port)
            client.post("/upload", Array(repeating: 7, count: 9_000_000))
            _ = client.receive()
        }
        #expect(eventually { handler.upload.withLock { $0.paused != nil } })
        usleep(50_000)
        let (count, exchange) = handler.upload.withLock { ($0.bytes.count, $0.paused) }
        #expect(count < 1_000_000)
        exchange?.resumeBody()
        sender.join()
        #expect(handler.upload.withLock { $0.bytes.count } == 9_000_000)
        #expect(!handler.upload.withLock { $0.isBroken })
    }

    @Test func `a resumption that precedes its pause is not lost`() throws {
        defer { server.stop() }
        for _ in 0..<200 {
            handler.upload.withLock { $0 = .init(pausesAfter: 1) }
            let resumer = try SystemThread(name: "resumer") { [handler] in
                while true {
                    if let exchange = handler.upload.withLock({ $0.paused }) { return exchange.resumeBody() }
                }
            }
            let client = LoopbackClient(port: port)
            client.post("/upload", Array(repeating: 7, count: 100_000))
            #expect(client.receive()?.status == 200)
            resumer.join()
        }
    }

    /// Whether an upload of four chunks completes.
    private func isUploadedInChunks(_ meanwhile: () -> Void = {}) throws -> Bool {
        let answered = Flag()
        let sender = try SystemThread(name: "sender") { [port] in
            let client = LoopbackClient(port: port)
            let chunks = String(repeating: "1\r\nx\r\n", count: 4)
            client.send("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n")
            if client.receive()?.status == 200 { answered.raise() }
        }
        let isAnswered = eventually {
            meanwhile()
            return answered.isRaised
        }
        server.stop()
        sender.join()
        return isAnswered && handler.upload.withLock { $0.bytes.count } == 4
    }

    @Test func `an upload continues when its sink pauses it at every piece`() throws {
        handler.upload.withLock { $0.pausesAlways = true }
        #expect(try isUploadedInChunks { handler.upload.withLock { $0.paused.take() }?.resumeBody() })
    }

    @Test func `an upload continues when its sink resumes it before it returns the pause`() throws {
        handler.upload.withLock { ($0.pausesAlways, $0.pieceWithRoom) = (true, 1) }
        #expect(try isUploadedInChunks())
    }

    @Test func `no piece is delivered while the body is paused`() throws {
        handler.upload.withLock { $0.pausesAlways = true }
        let client = LoopbackClient(port: port)
        let chunks = String(repeating: "1\r\nx\r\n", count: 4)
        client.send("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n")
        for piece in 1...4 {
            #expect(eventually { handler.upload.withLock { $0.pieces } == piece })
            usleep(2_000)
            #expect(handler.upload.withLock { $0.pieces } == piece)
            handler.upload.withLock { $0.paused.take() }?.resumeBody()
        }
        #expect(client.receive()?.status == 200)
        server.stop()
    }

    @Test func `an upload whose sender disconnects is reported to its sink`() throws {
        defer { server.stop() }
        do {
            let client = LoopbackClient(port: port)
            client.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
            #expect(eventually { handler.upload.withLock { $0.pieces } == 1 })
        }
        #expect(eventually { handler.upload.withLock { $0.isBroken } })
    }

    @Test(arguments: [true, false])
    func `a buffered upload counts against its origin, and one that is passed on does not`(isHeld: Bool) throws {
        defer { server.stop() }
        var limits = HTTPServer.Limits()
        limits.primaryOrigins.bodyBytesPerOrigin = 1_000
        let server = try HTTPServer(listener: nil, handler: handler, limits: limits)
        defer { server.stop() }
        handler.upload.withLock { $0.isHeld = isHeld }
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        server.adopt(connection: ends[1], origin: 1)
        let piece = String(repeating: "x", count: 900)
        let head = "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1801\r\n\r\n"
        for (text, count) in [(head + piece, 900), (piece, 1_800)] {
            #expect(Array(text.utf8).withUnsafeBytes { send(ends[0], $0.baseAddress, $0.count, 0) } == text.utf8.count)
            #expect(eventually { handler.upload.withLock { $0.bytes.count } == count })
        }
        usleep(100_000)
        #expect(handler.upload.withLock { $0.isBroken } == isHeld)
    }

    @Test func `a server stops with streams and uploads in flight`() throws {
        let (reader, sender) = (LoopbackClient(port: port), LoopbackClient(port: port))
        handler.upload.withLock { $0.pausesAfter = 1 }
        reader.get("/stream")
        sender.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        #expect(eventually { handler.upload.withLock { $0.paused != nil } })
        _ = write("x")
        _ = reader.receiveRaw { $0.contains("x") }
        server.stop()
        #expect(!reader.receiveRaw { _ in false }.contains("0\r\n\r\n"))
    }
}
