import RuntimeAPI
import Sandbox
import Testing

@testable import FunctionExecution

@Suite struct EnvironmentInvocationTests {
    @Test func `an invocation goes to a runtime that waits, before anything else is done`() {
        var fixture = MachineFixture.idle()
        #expect(
            fixture.offer(2) == [
                "respond 2: invocation 2, deadline 63000", "resetLogTail", "log platform.start",
                "invocation in 3000 ms",
            ])
    }

    @Test func `an answer is drained, reported, and idle before its caller has it`() {
        var fixture = MachineFixture.running()
        #expect(
            fixture.finish(1) == [
                "drain function", "log platform.runtimeDone success", "cancel invocation", "report 1 completed",
                "noteIdle", "complete 1: answered", "freeze in 50 ms",
            ])
    }

    @Test func `an answer without the tail of the log does not wait for the log`() {
        var fixture = MachineFixture.idle()
        fixture.offer(2, waitsForLog: false)
        #expect(
            fixture.finish(2) == [
                "cancel invocation", "noteIdle", "complete 2: answered", "drain function",
                "log platform.runtimeDone success", "report 2 completed",
            ])
    }

    @Test func `one freeze timer serves many invocations`() {
        var fixture = MachineFixture.idle()
        for number in 2..<5 {
            fixture.offer(number)
            #expect(fixture.finish(number).only("freeze").isEmpty)
            fixture.next(number + 1)
        }
    }

    @Test func `an invocation that comes before the runtime's question waits for it`() {
        var fixture = MachineFixture.running()
        fixture.finish(1)
        #expect(fixture.offer(2) == ["invocation in 3000 ms"])
        fixture.now += 100
        // The handler's time begins when it has the event.
        #expect(fixture.next(2) == ["respond 2: invocation 2, deadline 63100", "resetLogTail", "log platform.start"])
    }

    @Test func `an invocation that the runtime never saw is handed back when the sandbox ends`() {
        var fixture = MachineFixture.running()
        fixture.finish(1)
        fixture.offer(2)
        let lines = fixture.sandboxEnded(.exited(code: 1))
        #expect(lines.only("noteGone", "complete", "hand back") == ["noteGone", "hand back 2"])
    }

    @Test func `an invocation fails when its runtime exits`() {
        var fixture = MachineFixture.running()
        let lines = fixture.sandboxEnded(.exited(code: 3))
        #expect(
            lines.only("noteGone", "complete", "log platform.fault") == [
                "log platform.fault", "noteGone",
                #"complete 1: failed {"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1 Error: "#
                    + #"Runtime exited with error: exit status 3"}"#,
            ])
    }

    @Test func `only the report says that an invocation ran out of memory`() {
        var fixture = MachineFixture.running()
        let lines = fixture.sandboxEnded(.outOfMemory)
        #expect(lines.contains(#"report 1 failed(errorType: "Runtime.OutOfMemory")"#))
        #expect(
            lines.contains { $0.hasPrefix("complete 1") && $0.contains("signal: killed") && $0.contains("ExitError") })
    }

    @Test func `a time-out answers before the sandbox has ended`() {
        var fixture = MachineFixture.running()
        let lines = fixture.fire(.invocation, afterMilliseconds: 3_000)
        #expect(
            lines.only("drain", "report", "complete", "killSandbox").suffix(5) == [
                "report 1 timedOut",
                #"complete 1: failed {"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: "#
                    + #"Task timed out after 3.00 seconds"}"#, "drain function", "drain extensions", "killSandbox",
            ])
        #expect(fixture.sandboxEnded().only("complete").isEmpty)
    }

    @Test func `an answer with extensions waits ten milliseconds for them`() {
        var fixture = MachineFixture.runningWithExtension()
        #expect(fixture.finish(1) == ["drain function", "log platform.runtimeDone success", "answer in 10 ms"])
        #expect(fixture.fire(.answer, afterMilliseconds: 10) == ["complete 1: answered", "flushLog"])
        fixture.next(2)
        #expect(
            fixture.serve(.next(identifier: "id-first"), 12) == [
                "drain function", "drain extensions", "cancel invocation", "report 1 completed", "noteIdle",
                "freeze in 65 ms",
            ])
    }

    @Test func `an answer is given with the whole log when extensions are done in time`() {
        var fixture = MachineFixture.runningWithExtension()
        fixture.finish(1)
        fixture.serve(.next(identifier: "id-first"), 12)
        #expect(
            fixture.next(2).only("cancel answer", "report", "complete", "noteIdle") == [
                "cancel answer", "report 1 completed", "noteIdle", "complete 1: answered",
            ])
    }

    @Test func `an environment is frozen 50 ms after its last invocation and thawed for the next`() {
        var fixture = MachineFixture.idle()
        #expect(fixture.fire(.freeze, afterMilliseconds: 50) == ["flushLog", "freeze"])
        #expect(fixture.offer(2)?.prefix(2) == ["thaw", "respond 2: invocation 2, deadline 63050"])
    }

    @Test func `an environment that was busy meanwhile is frozen later`() {
        var fixture = MachineFixture.idle()
        fixture.now += 40
        fixture.offer(2)
        fixture.finish(2)
        fixture.next(3)
        #expect(fixture.fire(.freeze, afterMilliseconds: 10) == ["flushLog", "freeze in 50 ms"])
    }

    @Test func `a runtime that has not asked for more is not frozen`() {
        var fixture = MachineFixture.running()
        fixture.finish(1)
        #expect(fixture.fire(.freeze, afterMilliseconds: 50) == ["flushLog", "freeze in 50 ms"])
    }

    @Test func `a question out of turn and an answer to another invocation are refused`() {
        var fixture = MachineFixture.running()
        #expect(fixture.next(7) == ["respond 7: 410"])
        #expect(
            fixture.machine.finish(requestID: "8", .success([]), at: Moment(nanoseconds: 0, milliseconds: 0)) == nil)
        #expect(fixture.offer(9) == nil)
    }

    @Test func `a question takes the place of one that was given up`() {
        var fixture = MachineFixture.idle()
        #expect(fixture.next(3) == ["respond 2: 410"])
        #expect(fixture.offer(2)?.first == "respond 3: invocation 2, deadline 63000")
    }

    @Test func `a timer that was cancelled or replaced does nothing`() throws {
        var fixture = MachineFixture.running()
        let timer = try #require(fixture.timer(.invocation))
        fixture.finish(1)
        fixture.next(2)
        fixture.offer(2)
        #expect(fixture.machine.timerFired(timer, at: Moment(nanoseconds: .max, milliseconds: .max)).isEmpty)
    }
}
