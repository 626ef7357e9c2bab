/// Chooses the layers of a fleet. Pure, and the same for the same fleet.
public enum FleetPlanner {
    /// The layout with the least cost that was found. Every function has at most as many layers as it may.
    public static func plan(_ problem: FleetProblem, seed: UInt64 = 1) -> FleetLayout {
        let size = problem.functions.reduce(0) { $0 + $1.count } + problem.packages.count
        // A step on a large fleet takes longer, and its start is closer to what can be had.
        let steps = min(mostSteps, max(leastSteps, workload / max(size, 1)))
        // Small fleets are searched several times, which is still quick: the first way may end in a corner.
        let searches = steps == mostSteps ? 4 : 1
        let start = FleetMerging.start(problem)
        let results = (0..<searches).map { search in
            FleetSearch.improve(start, steps: steps, seed: seed &+ UInt64(search))
        }
        return (results.min { $0.cost < $1.cost } ?? start).layout
    }

    private static let mostSteps = 30_000
    private static let leastSteps = 4_000
    private static let workload = 12_000_000
}
