/// Functions and the packages that each needs: what shared layers are chosen for. Pure.
public struct FleetProblem: Sendable {
    /// One version of one package, with the same files in every function that has it.
    public struct Package: Hashable, Sendable {
        /// The bytes that it takes zipped.
        public let bytes: Int
        /// How often it is expected to change in a month.
        public let changesPerMonth: Double

        /// Describes a package.
        public init(bytes: Int, changesPerMonth: Double) {
            (self.bytes, self.changesPerMonth) = (bytes, changesPerMonth)
        }
    }

    /// All packages.
    public let packages: [Package]
    /// The packages of each function, as places in ``packages``.
    public let functions: [[Int]]
    /// What bytes cost.
    public let costs: FleetCosts

    /// Describes a fleet.
    public init(packages: [Package], functions: [[Int]], costs: FleetCosts = FleetCosts()) {
        (self.packages, self.functions, self.costs) = (packages, functions, costs)
    }
}

/// The cost model: bytes that are stored, and bytes that are uploaded again when something changes. The reasons are in
/// docs/decisions/0040-shared-layers-by-cost.md.
public struct FleetCosts: Hashable, Sendable {
    /// What a byte that is uploaded again each month costs, beside a byte that is stored.
    public var churnWeight = 0.1
    /// How often a function's code is deployed in a month.
    public var codeChangesPerMonth = 20.0
    /// How often a package changes that changes rarely.
    public var rareChangesPerMonth = 0.25
    /// How often a package changes that changes often.
    public var oftenChangesPerMonth = 4.0
    /// What a layer costs beside its bytes: each one has versions to publish and to attach.
    public var layerBytes = 65_536
    /// Layers of one function.
    public var layersPerFunction = 5

    /// The usual costs.
    public init() {}

    /// The cost of a layer with packages of so many bytes together. It is rebuilt when one of them changes, and not
    /// more often than code is deployed.
    func layer(bytes: Int, changesPerMonth: Double) -> Double {
        Double(layerBytes) + Double(bytes) * (1 + churnWeight * min(changesPerMonth, codeChangesPerMonth))
    }

    /// The cost of packages' bytes in the code of one function.
    func code(bytes: Int) -> Double { Double(bytes) * (1 + churnWeight * codeChangesPerMonth) }
}

/// Which packages are together in layers, and which layers each function has. Every function has exactly its packages:
/// those of its layers, each in one of them, and the rest in its code. So no version of a package comes to a function
/// that has another, and none becomes larger.
public struct FleetLayout: Hashable, Sendable {
    /// A layer.
    public struct Layer: Hashable, Sendable {
        /// Its packages, in order.
        public let packages: [Int]
        /// The functions that have it, in order.
        public let functions: [Int]
    }

    /// The layers: the one that most functions have is the first.
    public let layers: [Layer]
    /// What all layers and the packages in functions' code cost.
    public let cost: Double
}
