import Domain
import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import Telemetry

@Suite struct LogLossTests {
    @Test func `a store tells of its streams' losses, with the cause`() throws {
        let root = "/tmp/strata-telemetry-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { system("rm -rf \(root)") }
        let (losses, clock) = (Kept<[LogLoss]>([]), Kept<UInt64>(0))
        let store = LogStore(
            root: root, clock: { clock.value.withLock { $0 } },
            didLose: { loss in losses.value.withLock { $0.append(loss) } })
        let function = try FunctionID(
            account: #require(AccountID("000000000000")), region: #require(Region("us-east-1")),
            name: #require(FunctionName("f")))
        let streams = [UInt8(1), 2].map { number in
            store.openStream(
                of: function, name: LogStreamName(startMilliseconds: 0, version: .latest, random: [number]))
        }
        let line = LogLine(milliseconds: 5, text: "text")
        // A file where the folder should be.
        close(creat(root, 0o600))
        streams[0].append([line, line])
        streams[1].append([line])
        let cause = SystemCallError("mkdir \(root)/000000000000", errno: ENOTDIR)
        #expect(losses.value.withLock { $0 } == [.began(lines: 2, cause: cause)])
        unlink(root)
        clock.value.withLock { $0 = 2_000_000_000 }
        streams[1].append([line])
        streams[0].append([line])
        #expect(losses.value.withLock { $0.dropFirst() } == [.ended(lines: 3)])
    }
}

/// A value that closures change.
private final class Kept<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}
