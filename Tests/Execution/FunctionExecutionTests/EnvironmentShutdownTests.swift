import RuntimeAPI
import Sandbox
import Testing

@testable import FunctionExecution

@Suite struct EnvironmentShutdownTests {
    /// An idle environment with an external extension, which asks with 12.
    private func idleWithExtension(events: [String] = ["INVOKE", "SHUTDOWN"]) -> MachineFixture {
        var fixture = MachineFixture.runningWithExtension(events: events)
        fixture.finish(1)
        fixture.next(2)
        fixture.serve(.next(identifier: "id-first"), 12)
        return fixture
    }

    @Test func `an environment without extensions is killed at once`() {
        var fixture = MachineFixture.idle()
        #expect(fixture.retire() == ["respond 2: 410", "drain function", "drain extensions", "killSandbox"])
        #expect(
            fixture.sandboxEnded().only("noteGone", "cancel", "releaseSandbox") == [
                "cancel freeze", "noteGone", "releaseSandbox",
            ])
    }

    @Test func `the runtime has 600 ms, then external extensions have the rest of two seconds`() {
        var fixture = idleWithExtension()
        #expect(fixture.retire() == ["flushTelemetry", "terminate 0", "shutdown in 600 ms"])
        #expect(
            fixture.program(.exited(0, .signaled(15))) == [
                "kill 0", "respond 12: SHUTDOWN spindown, deadline 61400", "shutdown in 1400 ms",
            ])
        #expect(
            fixture.fire(.shutdown, afterMilliseconds: 1_400) == [
                "drain function", "drain extensions", "killSandbox",
            ])
    }

    @Test func `a runtime that does not end in time is killed, and extensions that want no event are as well`() {
        var fixture = idleWithExtension(events: ["INVOKE"])
        fixture.retire()
        #expect(fixture.fire(.shutdown, afterMilliseconds: 600) == ["kill 0", "kill 1", "shutdown in 1400 ms"])
        #expect(fixture.program(.exited(1, .killed)).last == "killSandbox")
    }

    @Test func `a runtime with internal extensions only has 500 ms`() {
        var fixture = MachineFixture()
        fixture.make()
        fixture.register("internal", waiter: 10)
        fixture.next(1)
        fixture.serve(.next(identifier: "id-internal"), 11)
        #expect(fixture.retire().contains("shutdown in 500 ms"))
        #expect(fixture.fire(.shutdown, afterMilliseconds: 500).last == "killSandbox")
    }

    @Test func `what is frozen is thawed to shut down`() {
        var fixture = idleWithExtension()
        fixture.fire(.freeze, afterMilliseconds: 50)
        #expect(fixture.retire().prefix(3) == ["thaw", "flushTelemetry", "terminate 0"])
    }

    @Test func `an invocation fails with an extension that exits, and the place is free before the Shutdown phase`() {
        var fixture = MachineFixture.runningWithExtension()
        let lines = fixture.program(.exited(1, .exited(code: 1)))
        #expect(
            lines.only("noteLeaving", "complete", "terminate") == [
                "noteLeaving",
                #"complete 1: failed {"errorType":"Extension.Crash","errorMessage":"RequestId: 1 Error: "#
                    + #"exit status 1"}"#, "terminate 0",
            ])
    }

    @Test func `an invocation fails with a runtime that exits beside its extensions`() {
        var fixture = MachineFixture.runningWithExtension()
        let lines = fixture.program(.exited(0, .exited(code: 1)))
        #expect(lines.contains { $0.hasPrefix("complete 1: failed") && $0.contains("Runtime.ExitError") })
        #expect(lines.only("terminate", "shutdown") == ["shutdown in 2000 ms"])
    }

    @Test func `an extension may end an environment by its own error`() {
        var fixture = MachineFixture.runningWithExtension()
        let lines = fixture.serve(.exitError(identifier: "id-first", errorType: "Extension.Test"), 13)
        #expect(lines.first == "respond 13: 202")
        #expect(lines.contains { $0.hasPrefix("complete 1: failed") && $0.contains("Extension.ExitError") })
    }

    @Test func `an extension that cannot be executed fails the init phase`() {
        var fixture = MachineFixture(extensions: ["first"])
        fixture.make()
        #expect(
            fixture.program(.notExecutable(1, errno: 13)).only("log platform.extension", "log platform.initReport") == [
                "log platform.extension first LaunchError", "log platform.initReport init Extension.LaunchError",
            ])
    }

    @Test func `the server's stop answers an invocation that runs`() {
        var fixture = MachineFixture.running()
        #expect(fixture.retire().only("complete", "killSandbox") == ["killSandbox"])
        let lines = fixture.sandboxEnded()
        #expect(lines.only("log platform.fault", "noteGone", "complete") == ["noteGone", "complete 1: stopped"])
    }

    @Test func `a runtime may still answer while the server stops`() {
        var fixture = MachineFixture.runningWithExtension()
        fixture.retire()
        #expect(fixture.finish(1).only("complete", "noteIdle") == ["complete 1: answered"])
        #expect(fixture.sandboxEnded().only("complete").isEmpty)
    }

    @Test func `nothing that happens to an environment that is gone has an effect`() {
        var fixture = MachineFixture.idle()
        fixture.retire()
        fixture.sandboxEnded()
        #expect(fixture.machine.isGone && !fixture.machine.isBusy)
        #expect(fixture.sandboxEnded().isEmpty && fixture.retire().isEmpty && fixture.initFailed().isEmpty)
        #expect(fixture.offer(2) == nil)
        #expect(fixture.next(3) == ["respond 3: 410"])
        #expect(fixture.program(.exited(1, .killed)).isEmpty)
    }

    @Test func `telemetry is subscribed to in the init phase only`() {
        var fixture = MachineFixture(extensions: ["first"])
        fixture.make()
        fixture.register("first", waiter: 10)
        let document = #"""
            {"schemaVersion":"2022-12-13","types":["platform"],
            "buffering":{"maxItems":1000,"maxBytes":262144,"timeoutMs":100},
            "destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080"}}
            """#
        func subscribe(_ waiter: Int) -> [String] {
            fixture.serve(
                .subscribe(identifier: "id-first", isLogs: false, document: Array(document.utf8)), waiter)
        }
        #expect(subscribe(20).last == "respond 20: subscribed")
        fixture.next(1)
        fixture.serve(.next(identifier: "id-first"), 11)
        #expect(subscribe(21) == ["respond 21: 403 Telemetry.SubscriptionClosed"])
    }
}
