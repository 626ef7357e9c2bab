/// Improves layers by small changes at random, simulated annealing with a seed: the same fleet has the same layers.
struct FleetSearch {
    private var state: FleetState
    private var best: FleetState
    private var random: SplitMix64

    private init(_ state: FleetState, seed: UInt64) {
        (self.state, best, random) = (state, state, SplitMix64(state: seed))
    }

    /// - Parameter steps: how many changes are tried.
    static func improve(_ start: FleetState, steps: Int, seed: UInt64) -> FleetState {
        guard !start.problem.functions.isEmpty, !start.problem.packages.isEmpty else { return start }
        var search = FleetSearch(start, seed: seed)
        search.run(steps)
        return search.best
    }

    private mutating func run(_ steps: Int) {
        // From a hundredth of a function's share down to a millionth of it: a change is of one or a few functions.
        let share = max(best.cost, 1) / Double(state.problem.functions.count)
        for step in 0..<steps {
            let progress = Double(step) / Double(steps)
            let temperature = share * 0.05 * (1 - progress) * (1 - progress) * (1 - progress)
            var next = state
            change(&next)
            let worse = next.cost - state.cost
            // Twice the mean, without exponentials, whose last bits differ between hosts.
            guard worse <= 0 || worse < temperature * 2 * fraction() * fraction() else { continue }
            state = next
            if state.cost < best.cost - 1e-6 { best = state }
        }
    }

    private mutating func change(_ next: inout FleetState) {
        switch below(8) {
        case 0: merge(&next)
        case 1, 2: split(&next)
        case 3: move(&next)
        case 4: drop(&next)
        case 5: collect(&next)
        default: rearrange(&next)
        }
    }

    /// Puts two layers of a function together, for one or for all functions that have both.
    private mutating func merge(_ next: inout FleetState) {
        guard let (function, one, other) = twoLayers(next) else { return }
        var common = next.layers[one].functions.intersection(next.layers[other].functions)
        if below(4) == 0 { common = PlaceSet([function], below: next.problem.functions.count) }
        next.merge(one, other, for: common)
    }

    /// Takes some packages of a layer apart from the others, where functions have room for one more layer.
    private mutating func split(_ next: inout FleetState) {
        guard let layer = anyLayer(next) else { return }
        let packages = next.layers[layer].packages
        let places = packages.places
        guard places.count > 1 else { return }
        var part = PlaceSet(below: next.problem.packages.count)
        if below(2) == 0 {
            part.insert(places[below(places.count)])
        } else {
            for place in places where below(2) == 0 { part.insert(place) }
        }
        guard !part.isEmpty, part != packages else { return }
        let rest = packages.subtracting(part)
        for function in next.layers[layer].functions.places where next.hasRoom(function) {
            next.detach(layer, from: function)
            next.attach(part, to: function)
            next.attach(rest, to: function)
        }
    }

    /// Moves a package from one layer of functions to another one of theirs.
    private mutating func move(_ next: inout FleetState) {
        guard let (_, one, other) = twoLayers(next) else { return }
        let places = next.layers[one].packages.places
        let package = PlaceSet([places[below(places.count)]], below: next.problem.packages.count)
        let rest = next.layers[one].packages.subtracting(package)
        let larger = next.layers[other].packages.union(package)
        for function in next.layers[one].functions.intersection(next.layers[other].functions).places {
            next.detach(one, from: function)
            next.detach(other, from: function)
            if !rest.isEmpty { next.attach(rest, to: function) }
            next.attach(larger, to: function)
        }
    }

    /// Moves a layer's packages into the code, of one function or of all.
    private mutating func drop(_ next: inout FleetState) {
        guard let layer = anyLayer(next) else { return }
        let functions = next.layers[layer].functions.places
        if below(2) == 0 {
            next.detach(layer, from: functions[below(functions.count)])
        } else {
            for function in functions { next.detach(layer, from: function) }
        }
    }

    /// Makes a layer of what functions have in their code, for all that have it there.
    private mutating func collect(_ next: inout FleetState) {
        let function = below(next.problem.functions.count)
        var packages = next.code[function]
        guard !packages.isEmpty else { return }
        let others = next.code.indices.filter { next.code[$0].countCommon(packages) > 0 }
        switch below(3) {
        case 0: break
        case 1: packages = packages.intersection(next.code[others[below(others.count)]])
        default:
            let places = packages.places
            packages = PlaceSet([places[below(places.count)]], below: next.problem.packages.count)
        }
        for other in others where next.hasRoom(other) && packages.isSubset(of: next.code[other]) {
            next.attach(packages, to: other)
        }
    }

    /// Gives a function other layers: those of other functions that fit, in a random order of the best ones, and one
    /// for what is left.
    private mutating func rearrange(_ next: inout FleetState) {
        let function = below(next.problem.functions.count)
        for layer in next.layersOf[function] { next.detach(layer, from: function) }
        while next.hasRoom(function) {
            let fitting = next.used.filter { next.layers[$0].packages.isSubset(of: next.code[function]) }
                .sorted { (next.layers[$1].bytes, $0) < (next.layers[$0].bytes, $1) }
            let isLast = next.layersOf[function].count == next.problem.costs.layersPerFunction - 1
            guard !fitting.isEmpty, !isLast || below(2) == 0 else { break }
            let layer = fitting[below(3) == 0 ? below(fitting.count) : 0]
            next.attach(next.layers[layer].packages, to: function)
        }
        let rest = next.code[function]
        let saving = next.problem.costs.code(bytes: next.bytes(of: rest)) - next.layerCost(of: rest)
        if next.hasRoom(function), !rest.isEmpty, saving > 0 { next.attach(rest, to: function) }
    }

    private mutating func anyLayer(_ state: FleetState) -> Int? {
        let function = below(state.problem.functions.count)
        let layers = state.layersOf[function]
        return layers.isEmpty ? nil : layers[below(layers.count)]
    }

    private mutating func twoLayers(_ state: FleetState) -> (function: Int, Int, Int)? {
        let function = below(state.problem.functions.count)
        let layers = state.layersOf[function]
        guard layers.count > 1 else { return nil }
        let first = below(layers.count)
        let second = (first + 1 + below(layers.count - 1)) % layers.count
        return (function, layers[first], layers[second])
    }

    private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

    /// From 0 to 1.
    private mutating func fraction() -> Double { Double(random.next() >> 11) / Double(1 << 53) }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
