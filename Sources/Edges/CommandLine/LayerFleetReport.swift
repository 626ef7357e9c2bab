internal import AWSProtocol
internal import Domain
internal import LayerSplit
internal import PackageContents
internal import Packaging

/// The report of `strata layer split --fleet`: the plan, what it saves, and why.
struct LayerFleetReport {
    let plan: FleetPlan
    let folder: String

    private var inventory: FleetInventory { plan.inventory }

    /// What all functions' packages take as they are; of a folder, unpacked.
    private var storedBefore: Int {
        inventory.functions.reduce(0) { sum, function in
            sum + (function.splitter.source.zipByteCount ?? function.size.bytes)
        }
    }

    /// The bytes of packages that stay in a function's code.
    private func codePackages(of function: Int) -> [Int] {
        let inLayers = Set(plan.layersOf[function].flatMap { plan.layers[$0].packages })
        return inventory.functions[function].packages.filter { !inLayers.contains($0) }
    }

    private func bytes(_ packages: [Int]) -> Int { packages.reduce(0) { $0 + inventory.packages[$1].bytes } }

    /// The bytes of a function that belong to no package that layers can have.
    private func ownBytes(of function: Int) -> Int {
        let all = inventory.functions[function].size
        return max(0, (all.zippedBytes ?? all.bytes) - bytes(inventory.functions[function].packages))
    }

    private var storedAfter: Int {
        plan.layers.reduce(0) { $0 + bytes($1.packages) }
            + inventory.functions.indices.reduce(0) { $0 + ownBytes(of: $1) + bytes(codePackages(of: $1)) }
    }

    /// The plan as text. Names in packages are on one line each.
    func lines(_ style: TextStyle) -> [String] {
        [head] + layerLines(style) + functionLines(style) + conflicts + savings
    }

    private var head: String {
        "\(LayerInspectReport.count(inventory.functions.count, "function")) with "
            + "\(LayerInspectReport.count(inventory.packages.count, "version")) of packages, "
            + "\(ByteCount.text(storedBefore)) stored"
    }

    private func layerLines(_ style: TextStyle) -> [String] {
        var table = TextTable(["LAYER", "FUNCTIONS", "BYTES", "CHANGES", "PACKAGES"])
        for layer in plan.layers {
            let often = layer.packages.count {
                inventory.packages[$0].changesPerMonth >= plan.costs.oftenChangesPerMonth
            }
            let changes = often == 0 ? "rarely" : often == layer.packages.count ? "often" : "mixed"
            let names = layer.packages.map { inventory.packages[$0].label }.sorted()
            let shown = names.count > 4 ? 3 : names.count
            let rest = names.count > shown ? " and \(names.count - shown) more" : ""
            table.add([
                "layer-\(layer.name).zip", "\(layer.functions.count)", ByteCount.text(bytes(layer.packages)), changes,
                names.prefix(shown).joined(separator: ", ") + rest,
            ])
        }
        return table.takeLines(style)
    }

    private func functionLines(_ style: TextStyle) -> [String] {
        var table = TextTable(["FUNCTION", "LAYERS", "CODE", "UNPACKED", "OF"])
        for (number, function) in inventory.functions.enumerated() {
            table.add([
                function.name, "\(plan.layersOf[number].count)",
                ByteCount.text(ownBytes(of: number) + bytes(codePackages(of: number))),
                ByteCount.text(function.size.bytes), ByteCount.text(LambdaLimits.unzippedBytes),
            ])
        }
        return table.takeLines(style)
    }

    /// Packages of several versions, which no layer mixes.
    private var conflicts: [String] {
        let versions = Dictionary(grouping: inventory.packages, by: \.name).filter { $0.value.count > 1 }
        guard !versions.isEmpty else { return [] }
        let names = versions.keys.sorted()
        let shown = names.prefix(5).map(\.onOneLine).joined(separator: ", ")
        let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
        return [
            "Several versions or builds: \(shown)\(rest). Each function keeps its own; the same version in all of them "
                + "would save more."
        ]
    }

    private var savings: [String] {
        let (before, after) = (storedBefore, storedAfter)
        let share = LayerInspectReport.share(max(0, before - after), of: before)
        let uploads = inventory.functions.indices.reduce(0) { $0 + ownBytes(of: $1) + bytes(codePackages(of: $1)) }
        let shared = plan.layers.count { $0.functions.count > 1 }
        return [
            "Saved: \(ByteCount.text(before)) are stored today, \(ByteCount.text(after)) from then on (\(share) less): "
                + "\(LayerInspectReport.count(shared, "layer")) of several functions, "
                + "\(plan.layers.count - shared) of one.",
            "Saved: deploying the code of every function uploads \(ByteCount.text(uploads)) instead of "
                + "\(ByteCount.text(before)).",
            "Why: a layer has only packages that all of its functions have, so that each function stays as it is; "
                + "packages that change often are apart where functions have room; what one function needs alone is "
                + "in its code, or in a layer where that is worth one.",
        ]
    }

    /// What was proved, when archives have been written.
    func proof(_ outcome: FleetWriter.Outcome) -> String {
        "Proved: code and layers of \(LayerInspectReport.count(inventory.functions.count, "function")), merged, are "
            + "their packages again: \(LayerInspectReport.count(outcome.provedFiles, "file")) with the same paths, "
            + "modes and bytes. \(folder)/fleet.json has the plan."
    }

    /// The plan as JSON; with the archives' bytes when they have been written.
    func document(_ outcome: FleetWriter.Outcome? = nil) -> AWSValue {
        .structure([
            "costModel": .structure([
                "churnWeight": .double(plan.costs.churnWeight),
                "codeChangesPerMonth": .double(plan.costs.codeChangesPerMonth),
                "layerBytes": .integer(Int64(plan.costs.layerBytes)),
                "layersPerFunction": .integer(Int64(plan.costs.layersPerFunction)),
            ]),
            "cost": .double(plan.cost),
            "storedBytesBefore": .integer(Int64(storedBefore)), "storedBytesAfter": .integer(Int64(storedAfter)),
            "isWritten": .boolean(outcome != nil),
            "provedFiles": outcome.map { .integer(Int64($0.provedFiles)) } ?? .null,
            "packages": .list(
                inventory.packages.map { package in
                    .structure([
                        "name": .string(package.name), "version": package.version.map { .string($0) } ?? .null,
                        "bytes": .integer(Int64(package.bytes)),
                        "unzippedBytes": .integer(Int64(package.size.bytes)),
                        "changesPerMonth": .double(package.changesPerMonth),
                    ])
                }),
            "layers": .list(plan.layers.indices.map { layer($0, outcome) }),
            "functions": .list(inventory.functions.indices.map { function($0, outcome) }),
        ])
    }

    private func layer(_ number: Int, _ outcome: FleetWriter.Outcome?) -> AWSValue {
        let layer = plan.layers[number]
        return .structure([
            "name": .string(layer.name), "path": .string("\(folder)/layer-\(layer.name).zip"),
            "packages": Self.numbers(layer.packages),
            "functions": .list(layer.functions.map { .string(inventory.functions[$0].name) }),
            "bytes": .integer(Int64(bytes(layer.packages))),
            "zippedBytes": outcome.map { .integer(Int64($0.layerBytes[number])) } ?? .null,
        ])
    }

    private func function(_ number: Int, _ outcome: FleetWriter.Outcome?) -> AWSValue {
        let function = inventory.functions[number]
        return .structure([
            "name": .string(function.name), "package": .string(function.splitter.source.name),
            "code": .string("\(folder)/code-\(function.name).zip"),
            "layers": .list(plan.layersOf[number].map { .string(plan.layers[$0].name) }),
            "packages": Self.numbers(function.packages),
            "packagesInCode": Self.numbers(codePackages(of: number)),
            "unzippedBytes": .integer(Int64(function.size.bytes)),
            "zippedBytes": outcome.map { .integer(Int64($0.codeBytes[number])) } ?? .null,
        ])
    }

    private static func numbers(_ numbers: [Int]) -> AWSValue { .list(numbers.map { .integer(Int64($0)) }) }
}
