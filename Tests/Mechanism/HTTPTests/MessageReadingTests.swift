import SeededRandom
import Testing

@testable import HTTP

@Suite struct MessageReadingTests {
    @Test(arguments: [
        "", "a", "a.b-c_d~e:1", "127.0.0.1:4566", "[::1]", "[::1]:4566", "[::ffff:127.0.0.1]:1", "bucket.s3.localhost",
        "%61", "a:", "x!$&'()*+,;=",
    ])
    func `a host is a name or an address, and a port`(value: String) { #expect(HostField.isValid(value)) }

    @Test(arguments: [
        "[evil.com", "[evil.com]", "[", "[]", "]", "[::1", "::1", "[::1]x", "[::1]:x", "[::1]evil.com", "a b", "a/b",
        "a@b",
        "user:1@a", "a:1:2", "a:-1", "a?b", "a#b", "a\\b", "a\"b", "<a>", "ä", "a:1x", "[::1%25eth0]",
    ])
    func `a host that is neither is malformed`(value: String) { #expect(!HostField.isValid(value)) }

    private static func head(_ text: String) throws -> RequestHead {
        try Array(text.utf8).withUnsafeBytes { try RequestHead($0) }
    }

    @Test func `fields are found by names in any case, the first of several`() throws {
        let head = try Self.head("GET /a?b HTTP/1.1\r\nHost: h\r\nX-Two:  one \t\r\nx-two: two\r\nEmpty:\r\n\r\n")
        #expect(head.target == "/a?b")
        #expect(head.fields["x-TWO"] == "one")
        #expect(head.fields.count(of: "X-TWO") == 2)
        #expect(head.fields["Empty"]?.isEmpty == true)
        #expect(head.fields["Missing"] == nil)
        #expect(head.fields.all.map(\.name) == ["Host", "X-Two", "x-two", "Empty"])
    }

    @Test func `a connection lasts as the version and the Connection field say`() throws {
        #expect(try Self.head("GET / HTTP/1.1\r\nHost: h\r\n\r\n").isPersistent)
        #expect(try !Self.head("GET / HTTP/1.1\r\nHost: h\r\nConnection: TE, Close\r\n\r\n").isPersistent)
        #expect(try !Self.head("GET / HTTP/1.0\r\n\r\n").isPersistent)
        #expect(try Self.head("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").isPersistent)
    }

    @Test func `the end of a head is found wherever the pieces were cut`() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\nbody\r\n\r\n".utf8)
        for searched in 0...26 {
            #expect(try bytes.withUnsafeBytes { try RequestHead.end(in: $0, from: searched) } == 27)
        }
        #expect(try bytes.prefix(26).withUnsafeBytes { try RequestHead.end(in: $0, from: 0) } == nil)
    }

    /// The body and the trailers of a chunked message that arrives in pieces of these lengths.
    private static func read(_ wire: [UInt8], cuts: () -> Int) throws -> (body: [UInt8], trailer: String?)? {
        var chunks = ChunkedBody(lineLimitBytes: 1_000)
        var body: [UInt8] = []
        let isComplete = try deliver(wire, cuts: cuts) { arrived, start in
            switch try arrived.withUnsafeBytes({ try chunks.next($0, from: start) }) {
            case .more(let used): return .needsMore(used: used)
            case .piece(let range):
                body += arrived[range]
                return .continues(at: range.upperBound)
            case .end: return .ends
            }
        }
        return isComplete ? (body, chunks.trailers["X-End"]) : nil
    }

    @Test func `a chunked body is the same wherever its bytes were cut`() throws {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<300 {
            var (wire, expected): ([UInt8], [UInt8]) = ([], [])
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                let piece = (0..<Int.random(in: 1..<70, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                let size = String(piece.count, radix: 16, uppercase: Bool.random(using: &random))
                wire += Array("\(size)\(Bool.random(using: &random) ? "" : ";name=value")\r\n".utf8) + piece + [13, 10]
                expected += piece
            }
            wire += Array("0\r\nX-End: yes\r\n\r\n".utf8)
            let result = try Self.read(wire) { Int.random(in: 1..<20, using: &random) }
            #expect(result?.body == expected)
            #expect(result?.trailer == "yes")
        }
    }

    @Test func `endless sizes and trailers are refused`() {
        for wire in [
            String(repeating: "0", count: 2_000), "0\r\n" + String(repeating: "X: y\r\n", count: 500),
            "fffffffffffffffff\r\n", "0\r\nno colon\r\n\r\n", "\r\n", ";x\r\n", "1\nx", "5 6\r\n", "5;a\rb\r\n",
        ] {
            #expect(throws: RequestFault.self) { _ = try Self.read(Array(wire.utf8)) { 7 } }
        }
    }

    @Test func `random bytes are refused or wait for more, and never read past their end`() {
        var random = SeededGenerator(seed: 9)
        let parts = [
            "GET ", "/ ", "HTTP/1.1", "\r\n", "\n", "\r", "Host: x", ":", " ", "Content-Length: 5", "\0", "ÿ",
            "chunked",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 1..<12, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            let bytes = Array((text.joined() + "\r\n\r\n").utf8)
            bytes.withUnsafeBytes { buffer in
                guard let end = try? RequestHead.end(in: buffer, from: 0) else { return }
                _ = try? RequestHead(UnsafeRawBufferPointer(rebasing: buffer[..<end]))
            }
            _ = try? Self.read(bytes) { 3 }
        }
    }

    @Test func `a response without a valid field is sent without it`() {
        var bytes: [UInt8] = []
        var date = DateLine()
        date.update(to: 784_111_777)
        let fields = [("X-Good", "yes"), ("X-Bad", "a\r\nInjected: b"), ("Bad Name", "x"), ("Content-Length", "9")]
        ResponseHead(
            status: 200, fields: fields.map { (name: $0.0, value: $0.1) }, framing: .length(1), connection: nil
        )
        .append(to: &bytes, date: date)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Good: yes\r\nContent-Length: 1\r\n\r\n")
    }
}
