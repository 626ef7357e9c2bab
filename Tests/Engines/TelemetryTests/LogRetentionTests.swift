import Domain
import Glibc
import LinuxSystem
import Testing

@testable import Telemetry

extension LogLimits {
    /// The defaults, but for the size of a stream.
    static func streams(of bytes: Int) -> LogLimits {
        var limits = LogLimits()
        limits.streamBytes = bytes
        return limits
    }
}

@Suite final class LogRetentionTests {
    private let root = "/tmp/strata-retention-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"

    deinit { system("rm -rf \(root)") }

    private func function(_ name: String, account: String = "000000000000") throws -> FunctionID {
        try FunctionID(
            account: #require(AccountID(account)), region: #require(Region("us-east-1")),
            name: #require(FunctionName(name)))
    }

    /// Writes a kilobyte to a new stream of a function. The environment ends with it, unless the stream is kept.
    @discardableResult
    private func write(_ number: UInt8, of function: FunctionID, in store: LogStore) -> LogStream {
        let name = LogStreamName(startMilliseconds: 0, version: .latest, random: [number])
        let stream = store.openStream(of: function, name: name)
        stream.append([LogLine(milliseconds: 0, text: String(repeating: "x", count: 1_000))])
        return stream
    }

    private func names(of function: FunctionID, in store: LogStore) throws -> [String] {
        let folder = try FileDescriptor.open(FilePath(store.folder(of: function)), [.read, .directory])
        return try folder.entryNames().map(\.description).sorted()
    }

    /// Has files appear to have been written long ago, the lower numbers first.
    private func age(_ function: FunctionID, in store: LogStore, seconds: Int) throws {
        for (number, name) in try names(of: function, in: store).enumerated() {
            let moment = timeval(tv_sec: time(nil) - seconds + number, tv_usec: 0)
            utimes("\(store.folder(of: function))/\(name)", [moment, moment])
        }
    }

    @Test func `the oldest files go first, those of open streams never`() {
        let file = { (name: String, modified: Int, isOpen: Bool) in
            LogFile(path: name, bytes: 10, modifiedSeconds: modified, isOpen: isOpen)
        }
        let files = [file("a", 1, false), file("b", 5, false), file("c", 3, false), file("open", 0, true)]
        let excess = { (bytes: Int, count: Int, moment: Int) in
            LogFile.excess(of: files, bytes: bytes, count: count, olderThanSeconds: moment).map(\.path).sorted()
        }
        #expect(excess(40, 4, 0) == [])
        #expect(excess(39, 4, 0) == ["a"])
        #expect(excess(20, 4, 0) == ["a", "c"])
        #expect(excess(40, 2, 0) == ["a", "c"])
        #expect(excess(40, 4, 4) == ["a", "c"])
        #expect(excess(0, 0, 9) == ["a", "b", "c"])
    }

    @Test func `the streams of a function's environments stay within its limit`() throws {
        var limits = LogLimits()
        limits.functionBytes = 10_000
        let store = LogStore(root: root, limits: limits)
        let function = try function("f")
        let kept = write(0, of: function, in: store)
        for number in 1...60 { write(UInt8(number), of: function, in: store) }
        let names = try names(of: function, in: store)
        #expect((8...12).contains(names.count))
        // The first one is written to still.
        #expect(names.first?.contains("]00") == true)
        kept.append([LogLine(milliseconds: 0, text: "x")])
    }

    @Test func `a function has so many files at most, however short they are`() throws {
        var limits = LogLimits()
        limits.functionFiles = 8
        let store = LogStore(root: root, limits: limits)
        let function = try function("f")
        for number in 1...60 { write(UInt8(number), of: function, in: store) }
        #expect(try names(of: function, in: store).count <= 9)
    }

    @Test func `the functions of an account share its limit, and other accounts have their own`() throws {
        var limits = LogLimits()
        limits.accountBytes = 20_000
        let store = LogStore(root: root, limits: limits)
        let other = try function("f", account: "111111111111")
        for number in 1...5 { write(UInt8(number), of: other, in: store) }
        let functions = try (0..<10).map { try function("f\($0)") }
        for number in 1...10 { for function in functions { write(UInt8(number), of: function, in: store) } }
        let count = try functions.reduce(0) { $0 + (try names(of: $1, in: store).count) }
        #expect((15...23).contains(count))
        #expect(try names(of: other, in: store).count == 5)
    }

    @Test func `files that were written too long ago go, also after a restart`() throws {
        var limits = LogLimits()
        limits.keptSeconds = 100
        let function = try function("f")
        let store = LogStore(root: root, limits: limits)
        for number in 1...5 { write(UInt8(number), of: function, in: store) }
        try age(function, in: store, seconds: 200)
        write(9, of: function, in: LogStore(root: root, limits: limits))
        #expect(try names(of: function, in: store).count == 1)
    }

    @Test func `the more streams a function has open, the sooner they are rotated`() throws {
        var limits = LogLimits()
        #expect(limits.streamBytes(openCount: 1) == 16 << 20)
        #expect(limits.streamBytes(openCount: 64) == 1 << 20)
        #expect(limits.streamBytes(openCount: 100_000) == 256 << 10)
        limits.streamBytes = 100
        #expect(limits.streamBytes(openCount: 1) == 100)
    }
}
