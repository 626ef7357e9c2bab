import Glibc
import SeededRandom
import Testing

@testable import FunctionExecution

@Suite struct EnvironmentSimulationTests {
    /// A run has its own limits and luck.
    private static let events = 20_000

    /// `STRATA_SIMULATION_SEED` names the seed of a run that failed: that one is run again, and no other.
    @Test(arguments: 0..<4)
    func `no order of events loses an invocation, answers one twice, leaks an environment or exceeds a limit`(
        part: Int
    ) {
        if let text = getenv("STRATA_SIMULATION_SEED"), let seed = UInt64(String(cString: text)) {
            return run(seed: seed)
        }
        for _ in 0..<14 { run(seed: .random(in: .min ... .max)) }
    }

    @Test(arguments: ShellDefect.allCases)
    func `the simulation sees what a broken shell does wrong`(defect: ShellDefect) {
        let isSeen = (0..<20 as Range<UInt64>).contains { seed in
            var simulation = Simulation(seed: seed, defect: defect)
            do { try simulation.run(events: Self.events) } catch { return true }
            return false
        }
        #expect(isSeen, "\(defect)")
    }

    @Test func `the simulation gets to everything that a machine may want done`() throws {
        var reached: Set<Substring> = []
        for seed in 1..<5 as Range<UInt64> {
            var simulation = Simulation(seed: seed)
            simulation.reached = []
            try simulation.run(events: Self.events)
            reached.formUnion(simulation.reached ?? [])
        }
        let kinds: Set<Substring> = [
            "makeSandbox", "attach", "startRuntime", "terminateProgram", "killProgram", "killSandbox", "freeze", "thaw",
            "applyCPUShare", "hangUpConnections", "releaseSandbox", "respond", "complete", "handBack", "setTimer",
            "cancelTimer", "noteStarted", "noteReady", "noteIdle", "noteLeaving", "noteGone", "drain", "endLine", "log",
            "report", "resetLogTail", "flushLog", "closeSubscriptions", "flushTelemetry", "resetTelemetry",
        ]
        #expect(kinds.subtracting(reached).isEmpty)
    }

    private func run(seed: UInt64) {
        var simulation = Simulation(seed: seed)
        do { try simulation.run(events: Self.events) } catch {
            Issue.record("STRATA_SIMULATION_SEED=\(seed), event \(simulation.event): \(error)")
        }
    }
}
