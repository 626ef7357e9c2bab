import SeededRandom
import Testing

@testable import LayerSplit

@Suite struct FleetPlannerTests {
    /// Functions with packages in common, as functions of one team have them.
    private func fleet(_ seed: UInt64, functions: Int, packages: Int, each most: Int) -> FleetProblem {
        var random = SeededGenerator(seed: seed)
        func some(_ count: Int) -> [Int] { (0..<count).map { _ in Int.random(in: 0..<packages, using: &random) } }
        let groups = (0..<max(2, functions / 6)).map { _ in some(Int.random(in: 1...max(1, most / 2), using: &random)) }
        let chosen = (0..<functions).map { _ -> [Int] in
            let shared = (0..<Int.random(in: 0...3, using: &random)).flatMap { _ in
                groups.randomElement(using: &random) ?? []
            }
            return Set(shared + some(Int.random(in: 0...max(1, most / 4), using: &random))).sorted()
        }
        let kinds = (0..<packages).map { _ in
            FleetProblem.Package(
                bytes: Int.random(in: 0...2_000_000, using: &random),
                changesPerMonth: Bool.random(using: &random) ? 0.25 : 4)
        }
        return FleetProblem(packages: kinds, functions: chosen)
    }

    /// Checks the limits, and computes the cost from the layout alone.
    private func check(_ layout: FleetLayout, _ fleet: FleetProblem, _ comment: Comment) {
        var rest = fleet.functions.map { Set($0) }
        var counts = fleet.functions.map { _ in 0 }
        var cost = 0.0
        for layer in layout.layers {
            #expect(!layer.packages.isEmpty && !layer.functions.isEmpty, comment)
            let packages = layer.packages.map { fleet.packages[$0] }
            cost += fleet.costs.layer(
                bytes: packages.reduce(0) { $0 + $1.bytes },
                changesPerMonth: packages.reduce(0) { $0 + $1.changesPerMonth })
            for function in layer.functions {
                counts[function] += 1
                for package in layer.packages { #expect(rest[function].remove(package) != nil, comment) }
            }
        }
        #expect(counts.allSatisfy { $0 <= 5 }, comment)
        #expect(Set(layout.layers.map(\.packages)).count == layout.layers.count, comment)
        for packages in rest {
            cost += fleet.costs.code(bytes: packages.reduce(0) { $0 + fleet.packages[$1].bytes })
        }
        #expect(abs(cost - layout.cost) <= cost * 1e-9 + 1, comment)
    }

    @Test(arguments: 0..<12) func `no function has too many layers, a package twice or one too few`(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let problem = fleet(
            UInt64(seed), functions: .random(in: 1...30, using: &random), packages: .random(in: 1...70, using: &random),
            each: .random(in: 1...40, using: &random))
        check(FleetPlanner.plan(problem), problem, "seed \(seed)")
    }

    @Test func `two hundred functions with three hundred packages have a plan`() {
        let problem = fleet(7, functions: 200, packages: 300, each: 60)
        let layout = FleetPlanner.plan(problem)
        check(layout, problem, "seed 7")
        let apart = problem.functions.reduce(0.0) { sum, packages in
            sum + problem.costs.code(bytes: packages.reduce(0) { $0 + problem.packages[$1].bytes })
        }
        #expect(layout.cost < apart / 2)
    }

    @Test func `the same fleet has the same plan`() {
        let problem = fleet(3, functions: 20, packages: 40, each: 20)
        #expect(FleetPlanner.plan(problem) == FleetPlanner.plan(problem))
        #expect(FleetPlanner.plan(problem, seed: 2).cost > 0)
    }

    @Test func `the search only improves on its start`() {
        for seed in 0..<10 {
            let problem = fleet(UInt64(seed), functions: 12, packages: 30, each: 16)
            let start = FleetMerging.start(problem)
            check(start.layout, problem, "seed \(seed)")
            #expect(FleetSearch.improve(start, steps: 2_000, seed: 1).cost <= start.cost)
        }
    }

    @Test func `what all functions have is one layer, and what is small stays in the code`() {
        let problem = FleetProblem(
            packages: [
                .init(bytes: 10 << 20, changesPerMonth: 0.25), .init(bytes: 5 << 20, changesPerMonth: 0.25),
                .init(bytes: 1_000, changesPerMonth: 0.25),
            ], functions: [[0, 1], [0, 1], [0, 1, 2]])
        var costs = problem.costs
        costs.layersPerFunction = 1
        let layout = FleetPlanner.plan(
            FleetProblem(packages: problem.packages, functions: problem.functions, costs: costs))
        #expect(layout.layers == [.init(packages: [0, 1], functions: [0, 1, 2])])
    }

    @Test func `what changes often is apart where there is room`() {
        let problem = FleetProblem(
            packages: [.init(bytes: 40 << 20, changesPerMonth: 0.25), .init(bytes: 10 << 20, changesPerMonth: 4)],
            functions: [[0, 1], [0, 1]])
        #expect(FleetPlanner.plan(problem).layers.map(\.packages) == [[0], [1]])
    }

    @Test func `fleets without functions or packages have no layers`() {
        #expect(FleetPlanner.plan(FleetProblem(packages: [], functions: [])).layers.isEmpty)
        #expect(FleetPlanner.plan(FleetProblem(packages: [], functions: [[], []])).layers.isEmpty)
    }

    @Test func `a heap gives its elements in order`() {
        var random = SeededGenerator(seed: 5)
        let numbers = (0..<500).map { _ in Int.random(in: 0..<100, using: &random) }
        var heap = BinaryHeap<Int>()
        for number in numbers { heap.push(number) }
        var sorted: [Int] = []
        while let number = heap.popMin() { sorted.append(number) }
        #expect(sorted == numbers.sorted())
    }
}
