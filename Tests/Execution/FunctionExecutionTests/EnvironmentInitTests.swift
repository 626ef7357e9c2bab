import RuntimeAPI
import Sandbox
import Testing

@testable import FunctionExecution

@Suite struct EnvironmentInitTests {
    @Test func `a sandbox is asked for, and an invocation waits 45 seconds for it`() {
        var fixture = MachineFixture()
        #expect(fixture.start() == ["start in 45000 ms", "makeSandbox"])
        let lines = fixture.fire(.start, afterMilliseconds: 45_000)
        #expect(lines == ["noteLeaving", "complete 1: start expired"])
        #expect(fixture.sandboxMade() == ["attach", "killSandbox"])
        #expect(fixture.sandboxEnded().contains("noteGone"))
    }

    @Test func `a sandbox that could not be made ends its environment and refuses the invocation`() {
        var fixture = MachineFixture()
        fixture.start()
        let actions = fixture.machine.sandboxFailed(Violation(description: "no memory"))
        #expect(actions.contains { if case .complete(_, .refused(.startFailed)) = $0 { true } else { false } })
        #expect(fixture.machine.isGone)
    }

    @Test func `an init phase has ten seconds, with provisioned concurrency fifteen minutes`() {
        var onDemand = MachineFixture()
        #expect(
            onDemand.make() == [
                "cancel start", "attach", "log platform.initStart", "resetLogTail", "flushLog",
                "initPhase in 10000 ms",
            ])
        var provisioned = MachineFixture(isProvisioned: true)
        #expect(provisioned.make().contains("initPhase in 900000 ms"))
    }

    @Test func `the first question of the runtime ends the init phase and is answered with the invocation`() {
        var fixture = MachineFixture()
        fixture.make()
        #expect(
            fixture.next(1) == [
                "log platform.initRuntimeDone success", "cancel initPhase", "drain function", "end line of function",
                "log platform.initReport init success", "closeSubscriptions", "applyCPUShare", "noteStarted",
                "respond 1: invocation 1, deadline 63000", "resetLogTail", "log platform.start",
                "invocation in 3000 ms",
            ])
    }

    @Test func `a provisioned environment is ready, and idle, without an invocation`() {
        var fixture = MachineFixture(isProvisioned: true)
        #expect(fixture.start() == ["makeSandbox"])
        fixture.sandboxMade()
        #expect(fixture.next(1).suffix(2) == ["noteReady", "freeze in 50 ms"])
        #expect(fixture.offer(4)?.contains("respond 1: invocation 4, deadline 63000") == true)
    }

    @Test func `an environment that gives its invocation up starts without one, and takes the next`() {
        var fixture = MachineFixture()
        fixture.start()
        #expect(fixture.withdraw() == (1, ["cancel start"]))
        fixture.sandboxMade()
        #expect(fixture.withdraw() == (nil, []))
        #expect(fixture.next(1).suffix(2) == ["noteReady", "freeze in 50 ms"])
        #expect(fixture.offer(4)?.contains("respond 1: invocation 4, deadline 63000") == true)
    }

    @Test func `an invocation is given up in its init phase, and not once the runtime has it`() {
        var early = MachineFixture()
        early.make()
        #expect(early.withdraw().invocation == 1)
        var late = MachineFixture.running()
        #expect(late.withdraw() == (nil, []))
    }

    @Test func `an init phase that is repeated in the time of its invocation keeps it`() {
        var fixture = MachineFixture()
        fixture.make()
        fixture.sandboxEnded(.exited(code: 1))
        #expect(fixture.withdraw() == (nil, []))
    }

    @Test func `the runtime starts when every external extension has registered`() {
        var fixture = MachineFixture(extensions: ["first", "second"])
        fixture.make()
        #expect(fixture.register("first", waiter: 10) == ["respond 10: registered"])
        #expect(fixture.register("second", waiter: 20) == ["startRuntime", "respond 20: registered"])
    }

    @Test func `the init phase ends when the runtime and every extension have asked`() {
        var fixture = MachineFixture(extensions: ["first"])
        fixture.make()
        fixture.register("first", waiter: 10)
        #expect(fixture.next(1) == ["log platform.initRuntimeDone success"])
        let lines = fixture.serve(.next(identifier: "id-first"), 11)
        #expect(
            lines.only("log platform.extension", "respond") == [
                "log platform.extension first Ready", "respond 1: invocation 1, deadline 63000", "respond 11: INVOKE 1",
            ])
    }

    @Test func `a failed init phase is repeated once, in the time of the invocation`() {
        var fixture = MachineFixture()
        fixture.make()
        #expect(
            fixture.initFailed().only("log", "complete", "killSandbox") == [
                "log platform.initRuntimeDone Runtime.ImportModuleError",
                "log platform.initReport init Runtime.ImportModuleError", "killSandbox",
            ])
        #expect(
            fixture.sandboxEnded().suffix(4) == [
                "noteStarted", "invocation in 3000 ms", "start in 45000 ms", "makeSandbox",
            ])
        fixture.now += 500
        #expect(fixture.sandboxMade().only("initPhase").isEmpty)
        // The deadline counts from the begin of the repetition.
        #expect(fixture.next(2).contains("respond 2: invocation 1, deadline 63000"))
    }

    @Test func `an invocation fails with the runtime's own error when the repeated init phase fails`() {
        var fixture = MachineFixture()
        fixture.make()
        fixture.initFailed()
        fixture.sandboxEnded()
        fixture.sandboxMade()
        let lines = fixture.initFailed()
        #expect(
            lines.only("noteLeaving", "complete", "report", "killSandbox") == [
                "report 1 failed(errorType: \"Runtime.ImportModuleError\")", "noteLeaving", "complete 1: failed own",
                "killSandbox",
            ])
        #expect(
            fixture.sandboxEnded().only("complete", "noteGone", "releaseSandbox") == ["noteGone", "releaseSandbox"])
    }

    @Test func `a request from a sandbox that has ended takes no name in the next one`() {
        var fixture = MachineFixture(extensions: ["first"])
        fixture.make()
        fixture.register("first", waiter: 10)
        fixture.initFailed()
        fixture.sandboxEnded()
        #expect(fixture.register("first", waiter: 11) == ["respond 11: 410"])
        fixture.sandboxMade()
        #expect(fixture.register("first", waiter: 20) == ["startRuntime", "respond 20: registered"])
    }

    @Test func `an init phase that takes too long is repeated`() {
        var fixture = MachineFixture()
        fixture.make()
        let lines = fixture.fire(.initPhase, afterMilliseconds: 10_000)
        #expect(lines.contains("log platform.initReport init timeout"))
        #expect(fixture.sandboxEnded().contains("makeSandbox"))
    }

    @Test func `a runtime that exits in its init phase is started again`() {
        var fixture = MachineFixture()
        fixture.make()
        let lines = fixture.sandboxEnded(.exited(code: 1))
        #expect(lines.contains("log platform.initReport init Runtime.ExitError"))
        #expect(lines.last == "makeSandbox")
    }

    @Test func `a provisioned environment whose init phase fails ends`() {
        var fixture = MachineFixture(isProvisioned: true)
        fixture.make()
        #expect(fixture.initFailed().only("noteLeaving", "killSandbox") == ["noteLeaving", "killSandbox"])
        #expect(fixture.sandboxEnded().contains("noteGone"))
    }

    @Test func `the invocation's time bounds the repeated init phase, also before its sandbox is there`() {
        var fixture = MachineFixture()
        fixture.make()
        fixture.initFailed()
        fixture.sandboxEnded()
        let lines = fixture.fire(.invocation, afterMilliseconds: 3_000)
        #expect(lines.only("log platform.initReport", "complete 1: failed").count == 2)
        let (isWanted, actions) = fixture.machine.sandboxMakingBegins()
        #expect(!isWanted && actions.contains { if case .noteGone = $0 { true } else { false } })
    }

    @Test func `a function with eleven extensions fails`() {
        var fixture = MachineFixture(extensions: (1...11).map { "e\($0)" })
        #expect(fixture.make().contains("log platform.extension e11 LaunchError"))
    }

    @Test func `an environment that is retired before its start never has a sandbox`() {
        var fixture = MachineFixture(isProvisioned: true)
        fixture.retire()
        #expect(fixture.start().only("makeSandbox", "noteGone") == ["noteGone"])
    }

    @Test func `a custom runtime without a bootstrap fails by a name of its own`() {
        var fixture = MachineFixture(entrypoint: nil)
        fixture.make()
        #expect(
            fixture.sandboxEnded(.notExecutable(errno: 2)).contains(
                "log platform.initReport init Runtime.InvalidEntrypoint"))
    }

    @Test func `a question from the sandbox before is refused`() {
        var fixture = MachineFixture()
        fixture.make()
        fixture.initFailed()
        fixture.sandboxEnded()
        #expect(fixture.next(3) == ["respond 3: 410"])
    }
}
