import Domain
import Glibc
import SeededRandom
import Synchronization
import Testing

@testable import Telemetry

/// A stream in a folder of its own, which is removed with it.
private final class StreamFixture {
    let root = "/tmp/strata-telemetry-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let path: String
    let stream: LogStream

    init(limitBytes: Int = 1 << 20) throws {
        let function = try FunctionID(
            account: #require(AccountID("000000000000")), region: #require(Region("us-east-1")),
            name: #require(FunctionName("f")))
        let store = LogStore(root: root, limits: .streams(of: limitBytes))
        let name = LogStreamName(startMilliseconds: 0, version: .latest, random: [1])
        stream = store.openStream(of: function, name: name)
        path = "\(store.folder(of: function))/\(name.fileName)"
    }

    deinit { system("rm -rf \(root)") }

    func append(_ text: String) { stream.append([LogLine(milliseconds: 5, text: text)]) }
}

@Suite struct TelemetryTests {
    @Test func `a report reads as Lambda's`() {
        var report = InvocationReport(
            requestID: "r", durationNanoseconds: 1_234_567, initNanoseconds: nil, memoryMebibytes: 128,
            peakMemoryBytes: 30 * 1_048_576 + 1, status: .completed)
        #expect(
            report.line
                == "REPORT RequestId: r\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
                + "Max Memory Used: 31 MB\t")
        report.initNanoseconds = 100_004_000
        report.status = .timedOut
        #expect(
            report.line.hasSuffix(
                "Billed Duration: 102 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB\t"
                    + "Init Duration: 100.00 ms\tStatus: timeout"))
    }

    @Test func `lines are split at line breaks and at the limit, for any pieces`() {
        var splitter = LineSplitter(limitBytes: 8)
        #expect(splitter.feed(Array("on".utf8)).isEmpty)
        #expect(splitter.feed(Array("e\ntwo\nthr".utf8)) == ["one", "two"])
        #expect(splitter.flush() == ["thr"])
        #expect(splitter.feed(Array("123456789\n".utf8)) == ["12345678", "9"])
        #expect(splitter.feed([0xFF, 0x0A]) == ["\u{FFFD}"])
        #expect(splitter.flush().isEmpty)
    }

    @Test(arguments: 0..<20) func `bytes that are not UTF-8 are replaced as the standard library does`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // The edges of every range of the Unicode standard's table of well-formed sequences.
        let edges: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in edges.randomElement(using: &random) ?? 0
            }
            #expect(Array(String(printed: bytes).utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8))
        }
    }

    @Test func `one piece of work writes all lines that wait, and too many are refused`() throws {
        let fixture = try StreamFixture()
        let work = Mutex<[@Sendable () -> Void]>([])
        let submit = { (piece: @escaping @Sendable () -> Void) in
            work.withLock { $0.append(piece) }
            return true
        }
        for number in 0..<3 {
            #expect(fixture.stream.append([LogLine(milliseconds: 5, text: "\(number)")], bytes: 100, by: submit))
        }
        #expect(!fixture.stream.hasRoom(forBytes: LogStream.waitingBytesLimit))
        #expect(work.withLock { $0.count } == 1)
        for piece in work.withLock(\.self) { piece() }
        #expect(fixture.stream.hasRoom(forBytes: LogStream.waitingBytesLimit))
        let refused = [LogLine(milliseconds: 5, text: "refused")]
        #expect(!fixture.stream.append(refused, bytes: 100, by: { _ in false }))
        #expect(fixture.stream.append([LogLine(milliseconds: 5, text: "3")], bytes: 100, by: submit))
        work.withLock { $0.last }?()
        let lines = try #require(contents(fixture.path)).split(separator: "\n")
        #expect(lines.map { $0.suffix(2) } == [" 0", " 1", " 2", " 3"])
    }

    @Test func `the tail keeps the last 4 KB`() {
        var tail = LogTail()
        for number in 0..<2000 { tail.append("line \(number)") }
        #expect(tail.bytes.count == 4096)
        #expect(String(decoding: tail.bytes, as: UTF8.self).hasSuffix("line 1998\nline 1999\n"))
    }

    @Test func `a tail of empty lines is cut where a tail of long ones is`() {
        var tail = LogTail()
        tail.append(String(repeating: "x", count: 300_000))
        #expect(tail.bytes == [UInt8](repeating: UInt8(ascii: "x"), count: 4095) + [UInt8(ascii: "\n")])
        for _ in 0..<100_000 { tail.append("") }
        #expect(tail.bytes == [UInt8](repeating: UInt8(ascii: "\n"), count: 4096))
    }

    @Test(arguments: 4_090..<4_100) func `a tail never begins within a character`(count: Int) {
        var tail = LogTail()
        tail.append(String(repeating: "\u{FFFD}", count: 2_000) + String(repeating: "x", count: count - 4_090))
        #expect(String(validating: tail.bytes, as: UTF8.self) != nil)
        #expect(tail.bytes.count > 4_093)
    }

    @Test func `a stream is named after its day, its version and its environment`() {
        let name = LogStreamName(
            startMilliseconds: 1_767_225_599_000, version: .latest, random: [UInt8](repeating: 0x0A, count: 16))
        #expect(name.description == "2025/12/31/[$LATEST]" + String(repeating: "0a", count: 16))
    }

    @Test func `a stream that grows past its limit is rotated`() throws {
        let fixture = try StreamFixture(limitBytes: 200)
        for number in 0..<20 { fixture.append("line \(number)") }
        #expect(try #require(contents(fixture.path)).hasSuffix("1970-01-01T00:00:00.005Z line 19\n"))
        #expect(try #require(contents(fixture.path + ".older")).utf8.count <= 200)
    }

    @Test func `a stream that cannot be rotated is rotated when it can be`() throws {
        let fixture = try StreamFixture(limitBytes: 200)
        fixture.append("line 0")
        let obstacle = fixture.path + ".older"
        #expect(mkdir(obstacle, 0o700) == 0)
        for number in 1..<8 { fixture.append("line \(number)") }
        #expect(try #require(contents(fixture.path)).split(separator: "\n").count == 8)
        #expect(rmdir(obstacle) == 0)
        fixture.append("line 8")
        #expect(contents(fixture.path) == "1970-01-01T00:00:00.005Z line 8\n")
        #expect(try #require(contents(obstacle)).split(separator: "\n").count == 8)
    }

    @Test func `a stream that could not be opened is written when it can be`() throws {
        let fixture = try StreamFixture()
        // A file where the folder should be.
        close(creat(fixture.root, 0o600))
        fixture.append("lost")
        unlink(fixture.root)
        fixture.append("kept")
        #expect(contents(fixture.path) == "1970-01-01T00:00:00.005Z kept\n")
    }

    @Test func `the lines of one event are written as continuation lines`() {
        var bytes: [UInt8] = []
        LogLine(milliseconds: 1_767_225_599_042, text: "[ERROR] it broke\rTraceback\r").append(to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self) == "2025-12-31T23:59:59.042Z [ERROR] it broke\n\tTraceback\n")
    }

    private func contents(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
