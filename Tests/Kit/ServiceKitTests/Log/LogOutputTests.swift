import Glibc
import LinuxSystem
import Testing

@testable import ServiceKit

@Suite struct LogOutputTests {
    /// A pipe: what is written to `writer` can be read from `reader`.
    private func makePipe() -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        return (ends[0], ends[1])
    }

    private func read(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    @Test func `a long line reaches its reader whole`() {
        let (reader, writer) = makePipe()
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000) + [UInt8(ascii: "\n")]
        #expect(LogOutput(descriptor: writer).write(line))
        #expect(read(reader) == line)
        close(reader)
        close(writer)
    }

    @Test func `a reader that does not read costs a second once, and later lines begin on lines of their own`() {
        let (reader, writer) = makePipe()
        let output = LogOutput(descriptor: writer)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 5_000) + [UInt8(ascii: "\n")]
        let start = MonotonicClock.nowNanoseconds()
        var written = 0
        for _ in 0..<100 where output.write(line) { written += 1 }
        let seconds = Double(MonotonicClock.nowNanoseconds() - start) / 1e9
        #expect((1...100).contains(written) && written < 100)
        #expect((0.9..<5).contains(seconds))
        let full = read(reader)
        #expect(output.write(Array("next\n".utf8)))
        let rest = read(reader)
        let text = String(decoding: full + rest, as: UTF8.self)
        #expect(text.hasSuffix("\nnext\n"))
        close(reader)
        close(writer)
    }

    @Test func `a reader that has gone away loses lines and nothing else`() {
        signal(SIGPIPE, SIG_IGN)
        let (reader, writer) = makePipe()
        close(reader)
        let output = LogOutput(descriptor: writer)
        #expect(!output.write(Array("lost\n".utf8)))
        close(writer)
        #expect(!output.isTerminal)
    }
}
