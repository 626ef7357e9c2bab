import Domain
import Glibc
import Testing

@testable import Telemetry

@Suite struct LogReadingTests {
    private let root = "/tmp/strata-telemetry-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    private let function: FunctionID
    private let store: LogStore

    init() throws {
        function = FunctionID(
            account: try #require(AccountID("000000000000")), region: try #require(Region("us-east-1")),
            name: try #require(FunctionName("f")))
        store = LogStore(root: root, limits: .streams(of: 100_000))
    }

    private func stream(_ random: UInt8) -> LogStream {
        store.openStream(
            of: function, name: LogStreamName(startMilliseconds: 0, version: .latest, random: [random]))
    }

    private func line(_ milliseconds: Int64, _ text: String) -> LogLine {
        LogLine(milliseconds: milliseconds, text: text)
    }

    /// Everything from a cursor on, and how many pages it took.
    private func readAll(from cursor: LogCursor, limitBytes: Int = 1 << 20) throws -> (LogPage, pages: Int) {
        var page = try #require(try store.read(function, from: cursor, limitBytes: limitBytes))
        var pages = 1
        while page.hasMore {
            let next = try #require(try store.read(function, from: page.cursor, limitBytes: limitBytes))
            page = LogPage(events: page.events + next.events, cursor: next.cursor, hasMore: next.hasMore)
            pages += 1
        }
        return (page, pages)
    }

    @Test func `a function without a log has none`() throws {
        #expect(try store.read(function, from: LogCursor()) == nil)
    }

    @Test func `streams are merged in the order of time, and no event is read twice`() throws {
        defer { system("rm -rf \(root)") }
        let (one, two) = (stream(1), stream(2))
        one.append([line(1_000, "a"), line(3_000, "c\rmore"), line(5_000, "e")])
        two.append([line(2_000, "b"), line(4_000, "d")])
        let (page, _) = try readAll(from: LogCursor())
        #expect(page.events.map(\.text) == ["a", "b", "c\n\tmore", "d", "e"])
        #expect(page.events.map(\.milliseconds) == [1_000, 2_000, 3_000, 4_000, 5_000])
        #expect(page.events.first?.stream == "1970/01/01/[$LATEST]01")
        #expect(try readAll(from: page.cursor).0.events.isEmpty)
        two.append([line(6_000, "f")])
        #expect(try readAll(from: page.cursor).0.events.map(\.text) == ["f"])
    }

    @Test func `only events since the cursor's time are read`() throws {
        defer { system("rm -rf \(root)") }
        stream(1).append([line(1_000, "a"), line(2_000, "b"), line(3_000, "c")])
        #expect(try readAll(from: LogCursor(sinceMilliseconds: 2_000)).0.events.map(\.text) == ["b", "c"])
    }

    @Test func `long logs come in pages, in the same order`() throws {
        defer { system("rm -rf \(root)") }
        let streams = [stream(1), stream(2), stream(3)]
        let padding = String(repeating: "x", count: 60)
        for number in 0..<2_400 {
            streams[number % 3].append([line(Int64(number) * 10, "\(number)\r\(padding)")])
        }
        let (page, pages) = try readAll(from: LogCursor(), limitBytes: 50_000)
        #expect(page.events.map(\.milliseconds) == (0..<2_400).map { Int64($0) * 10 })
        #expect(page.events.allSatisfy { $0.text.hasSuffix("\n\t" + padding) })
        #expect(pages > 3)
    }

    @Test func `reading continues in the next file after a rotation`() throws {
        defer { system("rm -rf \(root)") }
        let small = LogStore(root: root, limits: .streams(of: 200))
        let name = LogStreamName(startMilliseconds: 0, version: .latest, random: [1])
        let stream = small.openStream(of: function, name: name)
        stream.append([line(1, String(repeating: "a", count: 100))])
        let (page, _) = try readAll(from: LogCursor())
        stream.append([line(2, "second")])
        stream.append([line(3, String(repeating: "c", count: 100))])
        #expect(try readAll(from: page.cursor).0.events.map { $0.text.prefix(2) } == ["se", "cc"])
    }

    @Test func `a line longer than a page is read completely`() throws {
        defer { system("rm -rf \(root)") }
        let one = stream(1)
        one.append([line(1, String(repeating: "a", count: 60_000))])
        one.append([line(2, "b")])
        #expect(try readAll(from: LogCursor(), limitBytes: 100).0.events.map(\.text.count) == [60_000, 1])
    }

    @Test func `an incomplete line is read when it is complete`() throws {
        defer { system("rm -rf \(root)") }
        stream(1).append([line(1, "whole")])
        let path = "\(store.folder(of: function))/1970-01-01-[$LATEST]01.log"
        system("printf '1970-01-01T00:00:02.000Z ha' >> '\(path)'")
        let (page, _) = try readAll(from: LogCursor())
        #expect(page.events.map(\.text) == ["whole"])
        system("echo lf >> '\(path)'")
        #expect(try readAll(from: page.cursor).0.events.map(\.text) == ["half"])
    }

    @Test(arguments: [0, 951_782_399_999, 951_782_400_000, 1_767_225_599_123, 4_107_542_400_000] as [Int64])
    func `a time is read as it was written`(milliseconds: Int64) {
        var bytes: [UInt8] = []
        line(milliseconds, "x").append(to: &bytes)
        #expect(LogLine.milliseconds(of: bytes) == milliseconds)
    }
}
