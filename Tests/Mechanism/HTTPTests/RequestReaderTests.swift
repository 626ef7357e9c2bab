import SeededRandom
import Testing

@testable import HTTP

@Suite struct RequestReaderTests {
    /// A request as a test writes and expects it.
    private struct Message: Equatable {
        var target: String
        var body: [UInt8] = []
        var trailer: String?
    }

    private static func random(_ number: Int, _ random: inout SeededGenerator) -> (Message, wire: [UInt8]) {
        var message = Message(target: "/\(number)")
        message.body = (0..<Int.random(in: 0..<300, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        let start = "POST \(message.target) HTTP/1.1\r\nHost: h\r\n"
        let blank = Bool.random(using: &random) ? "\r\n" : ""
        guard Bool.random(using: &random) else {
            return (message, Array("\(blank)\(start)Content-Length: \(message.body.count)\r\n\r\n".utf8) + message.body)
        }
        message.trailer = "end of \(number)"
        var wire = Array("\(blank)\(start)Transfer-Encoding: chunked\r\n\r\n".utf8)
        var rest = message.body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...100, using: &random))
            rest = rest.dropFirst(piece.count)
            wire += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
        }
        return (message, wire + Array("0\r\nX-End: \(message.trailer ?? "")\r\n\r\n".utf8))
    }

    /// The requests of a connection whose bytes arrive in pieces of these lengths.
    private static func read(_ wire: [UInt8], cuts: () -> Int) throws -> [Message] {
        var reader = RequestReader(headLimitBytes: 4_096)
        var messages: [Message] = []
        _ = try deliver(wire, cuts: cuts) { arrived, start in
            switch try arrived.withUnsafeBytes({ try reader.next($0, from: start) }) {
            case .more(let used): return .needsMore(used: used)
            case .head(let head, let end):
                messages.append(Message(target: head.target))
                return .continues(at: end)
            case .piece(let range):
                messages[messages.count - 1].body += arrived[range]
                return .continues(at: range.upperBound)
            case .complete(let trailers, let end):
                messages[messages.count - 1].trailer = trailers["X-End"]
                return .continues(at: end)
            }
        }
        return messages
    }

    @Test func `the requests of a connection are the same wherever its bytes were cut`() throws {
        var random = SeededGenerator(seed: 26)
        for _ in 0..<40 {
            let all = (0..<5).map { Self.random($0, &random) }
            let longest = Int.random(in: 1...400, using: &random)
            let read = try Self.read(all.flatMap(\.wire)) { Int.random(in: 1...longest, using: &random) }
            #expect(read == all.map(\.0))
        }
    }

    @Test func `damaged requests are refused, or are other requests, and nothing worse`() {
        var random = SeededGenerator(seed: 27)
        for number in 0..<1_000 {
            var wire = Self.random(number, &random).wire
            for _ in 0..<4 {
                wire[Int.random(in: 0..<wire.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? Self.read(wire) { Int.random(in: 1...50, using: &random) }
        }
    }

    @Test(arguments: [1, 1_000, 10_000]) func `a head without an end is refused at the limit`(piece: Int) {
        let wire = Array("GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 5_000))".utf8)
        #expect(throws: RequestFault(431, "the request line and the header fields are too long")) {
            _ = try Self.read(wire) { piece }
        }
    }
}
