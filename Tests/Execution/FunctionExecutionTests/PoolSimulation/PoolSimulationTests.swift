import Glibc
import Testing

@testable import FunctionExecution

@Suite struct PoolSimulationTests {
    /// A run has its own limits and luck.
    private static let events = 10_000

    /// `STRATA_SIMULATION_SEED` names the seed of a run that failed: that one is run again, and no other.
    @Test(arguments: 0..<8)
    func `the pool loses no invocation, answers none twice, leaks nothing and exceeds no limit`(part: Int) {
        if let text = getenv("STRATA_SIMULATION_SEED"), let seed = UInt64(String(cString: text)) {
            return run(seed: seed)
        }
        for _ in 0..<2 { run(seed: .random(in: .min ... .max)) }
    }

    @Test func `the simulation gets to every way in which an invocation ends`() throws {
        var reached: Set<String> = []
        for seed in 1...3 as ClosedRange<UInt64> {
            let simulation = PoolSimulation(seed: seed)
            try simulation.run(events: Self.events)
            reached.formUnion(simulation.reached)
        }
        #expect(reached == ["answered", "failed", "throttled", "refused", "freeze", "thaw", "kill"])
    }

    private func run(seed: UInt64) {
        let simulation = PoolSimulation(seed: seed)
        do { try simulation.run(events: Self.events) } catch {
            Issue.record("STRATA_SIMULATION_SEED=\(seed), event \(simulation.event): \(error)")
        }
    }
}
