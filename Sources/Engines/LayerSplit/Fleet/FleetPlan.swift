internal import PackageContents

/// The layers of a fleet, and what every function has in layers and in its code.
public struct FleetPlan {
    /// A layer that functions share, or that one has alone.
    public struct Layer: Hashable, Sendable {
        /// Its name, unique in the fleet: `1-botocore`.
        public let name: String
        /// Its packages, as places in ``FleetInventory/packages``.
        public let packages: [Int]
        /// The functions that have it, as places in ``FleetInventory/functions``.
        public let functions: [Int]
    }

    /// What is divided.
    public let inventory: FleetInventory
    /// The cost model.
    public let costs: FleetCosts
    /// The layers: the one that most functions have is the first.
    public let layers: [Layer]
    /// The layers of each function, as places in ``layers``.
    public let layersOf: [[Int]]
    /// What layers and packages in functions' code cost.
    public let cost: Double
    /// Which file of each function goes where. Layers have the order of ``layersOf``.
    let splits: [SplitPlan]

    /// Chooses layers.
    public init(_ inventory: FleetInventory, costs: FleetCosts = FleetCosts(), seed: UInt64 = 1) {
        (self.inventory, self.costs) = (inventory, costs)
        let problem = inventory.problem(costs)
        var layout = FleetPlanner.plan(problem, seed: seed)
        var splits: [SplitPlan] = []
        // A package may move with the others only; where it stays, so does its layer.
        while true {
            let layersOf = inventory.functions.indices.map { function in
                layout.layers.indices.filter { layout.layers[$0].functions.contains(function) }
            }
            splits = zip(inventory.functions, layersOf).map { function, layers in
                Self.split(function, layers.map { layout.layers[$0].packages })
            }
            let broken = splits.indices.filter { !splits[$0].kept.isEmpty }
            if broken.isEmpty {
                self.layersOf = layersOf
                break
            }
            layout = Self.layout(layout, problem, without: broken, splits, inventory)
        }
        self.splits = splits
        cost = layout.cost
        layers = layout.layers.enumerated().map { number, layer in
            let largest = layer.packages.max { one, other in
                (inventory.packages[one].bytes, -one) < (inventory.packages[other].bytes, -other)
            }
            let name = largest.map { inventory.packages[$0].name } ?? ""
            let letters = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
            return Layer(
                name: "\(number + 1)-\(String(letters.drop { $0 == "-" }.prefix(40)))", packages: layer.packages,
                functions: layer.functions)
        }
    }

    private static func split(_ function: FleetInventory.Function, _ layers: [[Int]]) -> SplitPlan {
        let places = Dictionary(
            zip(function.packages, function.installed).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        let packages = layers.enumerated().map { number, layer in
            (name: "\(number)", packages: layer.compactMap { places[$0] })
        }
        return SplitPlan(function.splitter.source.files, layers: packages, listsFolders: false)
    }

    /// The same layout, where functions do not have the layers of which they cannot have every package.
    private static func layout(
        _ layout: FleetLayout, _ problem: FleetProblem, without broken: [Int], _ splits: [SplitPlan],
        _ inventory: FleetInventory
    ) -> FleetLayout {
        var state = FleetState(problem)
        for layer in layout.layers {
            for function in layer.functions {
                let kept = Set(splits[function].kept.map(\.package))
                let labels = layer.packages.map { inventory.packages[$0].label }
                guard !broken.contains(function) || kept.isDisjoint(with: labels) else { continue }
                state.attach(PlaceSet(layer.packages, below: problem.packages.count), to: function)
            }
        }
        return state.layout
    }
}
