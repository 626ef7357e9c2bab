import AWSProtocol
import Synchronization
import Testing

@testable import CommandLine

@Suite struct StreamedInvocationTests {
    private func message(_ type: String, _ payload: String) -> [UInt8] {
        EventStreamMessage(event: type, contentType: "application/json", payload: Array(payload.utf8)).bytes
    }

    /// What a terminal or a pipe gets of a stream that arrives in pieces of this size, and the exit code.
    private func output(_ bytes: [UInt8], pieces size: Int, isTerminal: Bool) throws -> (text: String, code: Int32) {
        let output = Mutex<[UInt8]>([])
        let console = Console(
            print: { _ in }, write: { piece in output.withLock { $0 += piece } }, report: { _ in },
            style: TextStyle(isTerminal: false, environment: [:]), isTerminal: isTerminal, environment: [:])
        var invocation = StreamedInvocation(on: console)
        for start in stride(from: 0, to: bytes.count, by: size) { try invocation.take(bytes[start...].prefix(size)) }
        let code = invocation.finish(printsTail: false)
        return (String(decoding: output.withLock(\.self), as: UTF8.self), code)
    }

    @Test(arguments: [1, 3, 7, 1_000]) func `a stream is printed the same wherever it is cut`(size: Int) throws {
        let bytes =
            message("PayloadChunk", "é€😀\u{1B}") + message("PayloadChunk", "x") + message("InvokeComplete", "{}")
        #expect(try output(bytes, pieces: size, isTerminal: false) == ("é€😀\u{1B}x\n", 0))
        #expect(try output(bytes, pieces: size, isTerminal: true) == ("é€😀\u{241B}x\n", 0))
    }

    @Test func `a character whose bytes are in two chunks is one on a terminal`() throws {
        let euro = Array("€".utf8)
        let chunks = [euro[..<1], euro[1..<2], euro[2...]].map {
            EventStreamMessage(event: "PayloadChunk", contentType: "text/plain", payload: Array($0)).bytes
        }
        let bytes = chunks.joined() + message("InvokeComplete", "{}")
        #expect(try output(Array(bytes), pieces: 1_000, isTerminal: true) == ("€\n", 0))
        let half = Array(chunks[0]) + message("InvokeComplete", "{}")
        #expect(try output(half, pieces: 1_000, isTerminal: true) == ("\u{FFFD}\n", 0))
    }

    @Test func `a stream without an end is exit code 1`() throws {
        #expect(try output(message("PayloadChunk", "half"), pieces: 5, isTerminal: false) == ("half\n", 1))
    }
}
