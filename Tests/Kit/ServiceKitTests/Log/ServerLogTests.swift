import AWSProtocol
import Domain
import HTTP
import Synchronization
import Testing

@testable import ServiceKit

/// Keeps the lines of a log; can hold its writer up, and refuse lines.
final class LogRecorder: Sendable {
    private struct State {
        var lines: [String] = []
        var isRefusing = false
    }

    private let state = Mutex(State())
    /// Held by a test to stop the writer.
    let gate = Mutex<Void>(())

    func write(_ line: [UInt8]) -> Bool {
        gate.withLock { _ in }
        return state.withLock { state in
            guard !state.isRefusing else { return false }
            state.lines.append(String(decoding: line, as: UTF8.self))
            return true
        }
    }

    func refuse(_ isRefusing: Bool) { state.withLock { $0.isRefusing = isRefusing } }

    var lines: [String] { state.withLock { $0.lines } }

    func writer(
        _ level: LogLevel = .debug, _ format: LogLineFormat = .text, capacity: Int = LogWriter.capacity
    ) throws -> LogWriter {
        try LogWriter(level: level, format: format, capacity: capacity, now: { 0 }, write: { self.write($0) })
    }
}

@Suite struct ServerLogTests {
    private let recorder = LogRecorder()

    @Test func `lines are written in order, and all of them before the log closes`() throws {
        let writer = try recorder.writer()
        let log = ServerLog(writer).named("lambda")
        for number in 0..<100 { log.info("Counted", ["number": .integer(number), "absent": nil]) }
        writer.close()
        #expect(
            recorder.lines == (0..<100).map { "1970-01-01T00:00:00.000Z INFO lambda: Counted number=\($0)\n" })
    }

    @Test(arguments: LogLevel.allCases)
    func `less severe messages than the level are not written`(level: LogLevel) throws {
        let writer = try recorder.writer(level)
        let log = ServerLog(writer)
        for other in LogLevel.allCases { log.log(other, "Message") }
        writer.close()
        #expect(recorder.lines.count == LogLevel.allCases.firstIndex(of: level).map { $0 + 1 })
        for other in LogLevel.allCases { #expect(log.records(other) == (other <= level)) }
        #expect(!ServerLog.silent.records(.error))
    }

    @Test func `a full buffer drops messages without blocking, and the log says how many`() throws {
        let writer = try recorder.writer(capacity: 2)
        let log = ServerLog(writer)
        recorder.gate.withLock { _ in
            for _ in 0..<10 { log.error("Message") }
        }
        writer.close()
        let written = recorder.lines.filter { $0.contains("Message ") || $0.hasSuffix("Message\n") }.count
        let dropped = recorder.lines.compactMap { $0.split(separator: "count=").last.flatMap { Int($0.dropLast()) } }
        #expect((2...3).contains(written), "the writer may have taken one message before the buffer was full")
        #expect(written + dropped.reduce(0, +) == 10)
    }

    @Test func `lines that could not be written are counted, and reported with the next one`() throws {
        let writer = try recorder.writer()
        let log = ServerLog(writer)
        recorder.refuse(true)
        for _ in 0..<3 { log.error("Message") }
        writer.close()
        recorder.refuse(false)
        #expect(recorder.lines.isEmpty)
        writer.close()
        #expect(recorder.lines.count == 1)
        #expect(recorder.lines.first?.hasSuffix("fast enough count=3\n") == true)
    }

    @Test func `causes are listed from the outermost to the innermost, each once`() {
        struct Fault: Error, CustomStringConvertible { let description: String }
        let shape = ErrorShape("ServiceException", status: 500, messageKey: "Message", fault: .server)
        let inner = StartupError("no space", cause: Fault(description: "write: ENOSPC"))
        #expect(
            ServerLog.description(of: ServiceError(shape, "the store failed", cause: inner))
                == "the store failed: no space: write: ENOSPC")
        #expect(
            ServerLog.description(of: ServiceError(shape, "failed: no space", cause: StartupError("no space")))
                == "failed: no space")
    }

    @Test func `long values are cut before they wait`() throws {
        let writer = try recorder.writer()
        ServerLog(writer).error("Message", ["long": .text(String(repeating: "😀", count: 100_000))])
        writer.close()
        #expect(recorder.lines.allSatisfy { $0.utf8.count < 2_200 && $0.contains("😀…") })
    }
}

@Suite struct FailureLogTests {
    private let recorder = LogRecorder()
    private let region = Region("eu-west-1")
    private let account = AccountID("123456789012")

    private func lines(_ level: LogLevel, _ error: ServiceError) throws -> [String] {
        let writer = try recorder.writer(level)
        var context = RequestContext(
            account: try #require(account), region: try #require(region), endpoint: "http://localhost")
        context.log = ServerLog(writer)
        context.requestID = "the-id"
        let answer = context.asking(for: "lambda:GetFunction").answer(to: error)
        #expect(answer.message == error.message)
        writer.close()
        return recorder.lines
    }

    private func error(_ status: Int, cause: (any Error)? = nil) -> ServiceError {
        let shape = ErrorShape("SomeException", status: status, messageKey: "Message", fault: .server)
        return ServiceError(shape, "It failed.", cause: cause)
    }

    @Test func `a failure of the server is logged with its cause and its request`() throws {
        #expect(
            try lines(.error, error(500, cause: StartupError("no space"))) == [
                "1970-01-01T00:00:00.000Z ERROR lambda: A request failed request_id=the-id "
                    + "operation=lambda:GetFunction account=123456789012 region=eu-west-1 status=500 "
                    + "error=SomeException error_message=\"It failed.\" cause=\"no space\"\n"
            ])
    }

    @Test func `an error of the caller is a detail`() throws {
        #expect(try lines(.info, error(404)).isEmpty)
        #expect(try lines(.debug, error(404)).count == 1)
    }

    @Test func `an error of a server that the caller has named is information`() throws {
        #expect(try lines(.warning, error(400, cause: StartupError("refused"))).isEmpty)
        #expect(try lines(.info, error(400, cause: StartupError("refused"))).count == 1)
    }

    @Test func `a response of a data-plane route is logged as well`() throws {
        let writer = try recorder.writer(.error)
        var context = RequestContext(
            account: try #require(account), region: try #require(region), endpoint: "http://localhost")
        context.log = ServerLog(writer)
        let response = context.response(to: error(500), requestID: "other-id")
        writer.close()
        #expect(response.status == 500)
        #expect(recorder.lines.count == 1 && recorder.lines[0].contains("request_id=other-id"))
    }
}
