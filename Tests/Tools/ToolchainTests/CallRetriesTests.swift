import Synchronization
import Testing

@testable import Toolchain

@Suite struct CallRetriesTests {
    private struct Failure: TransientFailure, Equatable { let isTransient: Bool }

    /// Sends a call to a server that gives these statuses in turn; `nil` for a failure of the network.
    private func send(
        _ statuses: [Int?], isRepeatable: Bool = true
    ) -> (outcome: Result<Int, any Error>, waits: [Int], count: Int) {
        let waits = Mutex<[Int]>([])
        let count = Mutex(0)
        let retries = CallRetries(sleep: { wait in waits.withLock { $0.append(wait) } }, random: { 0.5 })
        let call = LambdaCall("POST", "/", isRepeatable: isRepeatable)
        let outcome = Result {
            try retries.answer(of: call) { _ in
                let index = count.withLock { count in
                    count += 1
                    return count - 1
                }
                guard let status = statuses[index] else { throw Failure(isTransient: true) }
                return LambdaAnswer(status: status, body: [], header: { _ in nil })
            }.status
        }
        return (outcome, waits.withLock { $0 }, count.withLock { $0 })
    }

    @Test func `a call is sent three times, with longer and longer waits`() throws {
        let sent = send([503, nil, 500, 200])
        #expect(try sent.outcome.get() == 500)
        #expect(sent.waits == [500, 1_000])
        #expect(sent.count == 3)
    }

    @Test(arguments: [200, 201, 400, 403, 404, 409])
    func `an answer that another attempt would not change is final`(status: Int) throws {
        let sent = send([status])
        #expect(try sent.outcome.get() == status)
        #expect(sent.count == 1)
    }

    @Test func `what must not happen twice is sent again only if it was refused before it began`() throws {
        #expect(try send([429, 200], isRepeatable: false).outcome.get() == 200)
        #expect(try send([500, 200], isRepeatable: false).outcome.get() == 500)
        #expect(throws: Failure(isTransient: true)) { try send([nil, 200], isRepeatable: false).outcome.get() }
    }
}
