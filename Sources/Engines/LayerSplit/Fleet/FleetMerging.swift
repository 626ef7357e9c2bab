/// Chooses layers step by step: each package begins as a layer of its own, which stores every byte once, and layers are
/// put together, or packages back into code, until every function has few enough; always what costs least for each
/// layer that functions no longer have too many of.
///
/// Steps are in a heap by their price. A price only rises while functions come below their limit, so one that is taken
/// from the heap and has risen goes back; what is taken with its right price is the cheapest step of all.
struct FleetMerging {
    private enum Step {
        case merge(Int, Int)
        case drop(Int, function: Int)
    }

    private struct Candidate: Comparable {
        let price: Double
        let number: Int
        let step: Step
        let versions: (Int, Int)

        static func < (one: Candidate, other: Candidate) -> Bool {
            one.price != other.price ? one.price < other.price : one.number < other.number
        }

        static func == (one: Candidate, other: Candidate) -> Bool { one.number == other.number }
    }

    private var state: FleetState
    private var crowded: PlaceSet
    private var heap = BinaryHeap<Candidate>()
    /// How often each layer's functions have changed.
    private var versions: [Int] = []
    private var number = 0

    private init(_ problem: FleetProblem) {
        state = FleetState(problem)
        crowded = PlaceSet(below: problem.functions.count)
        for (function, packages) in problem.functions.enumerated() {
            for package in packages {
                state.attach(PlaceSet([package], below: problem.packages.count), to: function)
            }
            if packages.count > problem.costs.layersPerFunction { crowded.insert(function) }
        }
        versions = Array(repeating: 0, count: state.layers.count)
    }

    static func start(_ problem: FleetProblem) -> FleetState {
        var merging = FleetMerging(problem)
        merging.run()
        return merging.state
    }

    private mutating func run() {
        let used = state.used
        for (index, layer) in used.enumerated() {
            for other in used[(index + 1)...] { propose(.merge(layer, other)) }
            proposeDrops(of: layer)
        }
        while !crowded.isEmpty, let candidate = heap.popMin() {
            guard isCurrent(candidate), let price = price(of: candidate.step) else { continue }
            if price > candidate.price {
                push(candidate.step, price)
            } else {
                perform(candidate.step)
            }
        }
    }

    private mutating func perform(_ step: Step) {
        var changed: [Int] = []
        switch step {
        case .drop(let layer, let function):
            state.detach(layer, from: function)
            changed = [layer]
        case .merge(let one, let other):
            let common = state.layers[one].functions.intersection(state.layers[other].functions)
            let merged = state.merge(one, other, for: common)
            changed = [one, other] + (merged.map { [$0] } ?? [])
        }
        while versions.count < state.layers.count { versions.append(0) }
        for function in crowded.places
        where state.layersOf[function].count <= state.problem.costs.layersPerFunction {
            crowded.remove(function)
        }
        for layer in Set(changed).sorted() {
            versions[layer] += 1
            guard state.layers[layer].userCount > 0 else { continue }
            for other in state.used where other != layer { propose(.merge(min(layer, other), max(layer, other))) }
            proposeDrops(of: layer)
        }
    }

    private mutating func proposeDrops(of layer: Int) {
        for function in state.layers[layer].functions.intersection(crowded).places {
            propose(.drop(layer, function: function))
        }
    }

    private mutating func propose(_ step: Step) {
        if let price = price(of: step) { push(step, price) }
    }

    private mutating func push(_ step: Step, _ price: Double) {
        number += 1
        heap.push(Candidate(price: price, number: number, step: step, versions: currentVersions(of: step)))
    }

    private func currentVersions(of step: Step) -> (Int, Int) {
        switch step {
        case .merge(let one, let other): (versions[one], versions[other])
        case .drop(let layer, _): (versions[layer], 0)
        }
    }

    private func isCurrent(_ candidate: Candidate) -> Bool { candidate.versions == currentVersions(of: candidate.step) }

    /// What a step costs for each layer that a function with too many loses; `nil` where none does.
    private func price(of step: Step) -> Double? {
        let costs = state.problem.costs
        switch step {
        case .drop(let place, let function):
            let layer = state.layers[place]
            guard crowded.contains(function), layer.userCount > 0 else { return nil }
            return costs.code(bytes: layer.bytes) - (layer.userCount == 1 ? layer.cost : 0)
        case .merge(let first, let second):
            let (one, other) = (state.layers[first], state.layers[second])
            let common = one.functions.intersection(other.functions)
            let gain = common.countCommon(crowded)
            guard gain > 0 else { return nil }
            let count = common.count
            let cost = costs.layer(bytes: one.bytes + other.bytes, changesPerMonth: one.changes + other.changes)
            let gone = (count == one.userCount ? one.cost : 0) + (count == other.userCount ? other.cost : 0)
            let price = (cost - gone) / Double(gain)
            // Dropping the smaller one costs each function less, and every such step is in the heap as well.
            guard price <= costs.code(bytes: min(one.bytes, other.bytes)) else { return nil }
            // A saving is not the better for being shared by few.
            return price < 0 ? cost - gone : price
        }
    }
}

/// The smallest element first.
struct BinaryHeap<Element: Comparable> {
    private var elements: [Element] = []

    mutating func push(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0, elements[child] < elements[(child - 1) / 2] {
            elements.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popMin() -> Element? {
        guard let first = elements.first, let last = elements.popLast() else { return nil }
        guard !elements.isEmpty else { return first }
        elements[0] = last
        var parent = 0
        while true {
            var least = parent
            let child = 2 * parent + 1
            if child < elements.count, elements[child] < elements[least] { least = child }
            if child + 1 < elements.count, elements[child + 1] < elements[least] { least = child + 1 }
            guard least != parent else { return first }
            elements.swapAt(parent, least)
            parent = least
        }
    }
}
