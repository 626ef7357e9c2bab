/// Layers and what is left in functions' code, while layers are chosen. The cost is kept with every step.
struct FleetState: Sendable {
    /// A layer; one without functions is a free place.
    struct Layer: Sendable {
        let packages: PlaceSet
        let bytes: Int
        let changes: Double
        let cost: Double
        var functions: PlaceSet
        var userCount = 0
    }

    let problem: FleetProblem
    private(set) var layers: [Layer] = []
    private var places: [PlaceSet: Int] = [:]
    private var free: [Int] = []
    /// The packages in each function's code.
    private(set) var code: [PlaceSet]
    /// The layers of each function.
    private(set) var layersOf: [[Int]]
    private(set) var cost = 0.0

    /// All packages are in the functions' code.
    init(_ problem: FleetProblem) {
        self.problem = problem
        code = problem.functions.map { PlaceSet($0, below: problem.packages.count) }
        layersOf = problem.functions.map { _ in [] }
        for packages in problem.functions {
            cost += problem.costs.code(bytes: packages.reduce(0) { $0 + problem.packages[$1].bytes })
        }
    }

    /// The layers that functions have, as places in ``layers``.
    var used: [Int] { layers.indices.filter { layers[$0].userCount > 0 } }

    func hasRoom(_ function: Int) -> Bool { layersOf[function].count < problem.costs.layersPerFunction }

    func bytes(of packages: PlaceSet) -> Int {
        var bytes = 0
        packages.forEach { bytes += problem.packages[$0].bytes }
        return bytes
    }

    /// The cost of a layer with these packages.
    func layerCost(of packages: PlaceSet) -> Double {
        var (bytes, changes) = (0, 0.0)
        packages.forEach {
            bytes += problem.packages[$0].bytes
            changes += problem.packages[$0].changesPerMonth
        }
        return problem.costs.layer(bytes: bytes, changesPerMonth: changes)
    }

    /// The layer with exactly these packages; `nil` for none.
    func layer(with packages: PlaceSet) -> Int? { places[packages] }

    /// Moves packages of a function's code into a layer, a new one where none has them.
    @discardableResult
    mutating func attach(_ packages: PlaceSet, to function: Int) -> Int {
        let layer = places[packages] ?? add(packages)
        code[function].subtract(packages)
        layersOf[function].append(layer)
        layers[layer].functions.insert(function)
        layers[layer].userCount += 1
        cost -= problem.costs.code(bytes: layers[layer].bytes)
        return layer
    }

    /// Moves the packages of a function's layer into its code. A layer without functions is gone.
    mutating func detach(_ layer: Int, from function: Int) {
        code[function].formUnion(layers[layer].packages)
        layersOf[function].removeAll { $0 == layer }
        layers[layer].functions.remove(function)
        layers[layer].userCount -= 1
        cost += problem.costs.code(bytes: layers[layer].bytes)
        guard layers[layer].userCount == 0 else { return }
        cost -= layers[layer].cost
        places[layers[layer].packages] = nil
        free.append(layer)
    }

    private mutating func add(_ packages: PlaceSet) -> Int {
        var (bytes, changes) = (0, 0.0)
        packages.forEach {
            bytes += problem.packages[$0].bytes
            changes += problem.packages[$0].changesPerMonth
        }
        let layer = Layer(
            packages: packages, bytes: bytes, changes: changes,
            cost: problem.costs.layer(bytes: bytes, changesPerMonth: changes),
            functions: PlaceSet(below: problem.functions.count))
        cost += layer.cost
        let place = free.popLast() ?? layers.count
        if place == layers.count { layers.append(layer) } else { layers[place] = layer }
        places[packages] = place
        return place
    }

    /// Puts two layers of functions together, for all that have both or for some of them.
    @discardableResult
    mutating func merge(_ one: Int, _ other: Int, for functions: PlaceSet) -> Int? {
        let packages = layers[one].packages.union(layers[other].packages)
        var merged: Int?
        functions.forEach { function in
            detach(one, from: function)
            detach(other, from: function)
            merged = attach(packages, to: function)
        }
        return merged
    }

    /// The layout, in an order that depends on what is in it alone.
    var layout: FleetLayout {
        let found = used.map {
            FleetLayout.Layer(packages: layers[$0].packages.places, functions: layers[$0].functions.places)
        }
        let ordered = found.sorted { one, other in
            one.functions.count != other.functions.count
                ? one.functions.count > other.functions.count
                : one.packages.lexicographicallyPrecedes(other.packages)
        }
        return FleetLayout(layers: ordered, cost: cost)
    }
}
