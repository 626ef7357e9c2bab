import Testing

@testable import RuntimeAPI

@Suite struct RuntimeSessionTests {
    private let invocation = RuntimeInvocation(
        requestID: "r1", payload: [], deadlineMilliseconds: 0, functionARN: "arn", traceID: "t")

    @Test func `work that comes first waits for the question`() {
        var session = RuntimeSession<Int>()
        let waiter = session.offer(invocation)
        #expect(waiter == nil)
        guard case .deliver(let delivered) = session.next(7) else {
            Issue.record("nothing was delivered")
            return
        }
        #expect(delivered.requestID == "r1")
    }

    @Test func `a question that comes first waits for work`() {
        var session = RuntimeSession<Int>()
        #expect(!session.hasStarted)
        guard case .wait = session.next(7) else {
            Issue.record("the question was not kept")
            return
        }
        #expect(session.hasStarted)
        let waiter = session.offer(invocation)
        #expect(waiter == 7)
    }

    @Test func `only the invocation that is worked on can be answered, and once`() {
        var session = RuntimeSession<Int>()
        var isTaken = session.finish(requestID: "r1")
        #expect(!isTaken)
        _ = session.offer(invocation)
        _ = session.next(7)
        isTaken = session.finish(requestID: "r2")
        #expect(!isTaken)
        isTaken = session.finish(requestID: "r1")
        #expect(isTaken)
        isTaken = session.finish(requestID: "r1")
        #expect(!isTaken)
    }

    @Test func `a runtime that asks while it works is refused`() {
        var session = RuntimeSession<Int>()
        _ = session.offer(invocation)
        _ = session.next(7)
        guard case .refuse = session.next(8) else {
            Issue.record("the question was not refused")
            return
        }
    }

    @Test func `closing gives back the question that waits`() {
        var session = RuntimeSession<Int>()
        _ = session.next(7)
        var waiter = session.close()
        #expect(waiter == 7)
        waiter = session.close()
        #expect(waiter == nil)
        guard case .refuse = session.next(8) else {
            Issue.record("a closed session took a question")
            return
        }
    }
}
