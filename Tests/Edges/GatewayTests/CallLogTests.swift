import AWSProtocol
import ServiceKit
import Synchronization
import Testing

@testable import Gateway

@Suite struct CallLogTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    /// The lines of a call that arrived at 0, was taken by a thread after half a second, and is answered now.
    private func lines(_ level: LogLevel, seconds: Double, status: Int = 200) throws -> [String] {
        let lines = Lines()
        let writer = try LogWriter(level: level, format: .text, now: { 0 }) { line in
            lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            return true
        }
        let log = CallLog(log: ServerLog(writer).named("gateway"), now: { UInt64(seconds * 1e9) })
        let call = CallLog.Call(
            requestID: "id", service: "lambda", account: "123456789012", status: status, arrival: 0,
            start: 500_000_000)
        log.didAnswer(call) { "CreateFunction" }
        writer.close()
        return lines.all.withLock { $0 }
    }

    @Test func `a slow call is a warning with its operation and where the time went`() throws {
        #expect(
            try lines(.warning, seconds: 3.25) == [
                "1970-01-01T00:00:00.000Z WARNING gateway: A call was slow request_id=id service=lambda "
                    + "operation=CreateFunction account=123456789012 status=200 seconds=3.25 waited_seconds=0.5\n"
            ])
    }

    @Test func `a quick call is a detail`() throws {
        #expect(try lines(.info, seconds: 2.9).isEmpty)
        #expect(try lines(.debug, seconds: 2.9).count == 1)
    }

    @Test func `an operation that is not implemented is information`() throws {
        #expect(try lines(.warning, seconds: 1, status: 501).isEmpty)
        #expect(try lines(.info, seconds: 1, status: 501).first?.contains("An operation is not implemented") == true)
    }
}
