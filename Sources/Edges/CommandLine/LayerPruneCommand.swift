internal import AWSProtocol
internal import Domain
internal import Toolchain

/// `strata layer prune`: deletes versions of layers that no function uses.
enum LayerPruneCommand {
    static let keep = Option("keep", "NUMBER", .defaulted("1"), help: "Newest versions of each layer that stay anyway.")
    {
        (text) throws(ValueError) -> Int in
        guard let number = Int(text), number >= 0 else { throw ValueError(expectation: "a number from 0 on") }
        return number
    }
    static let layer = Option(
        "layer", "NAME", .repeated, help: "Only this layer; may be given several times."
    ) { (text) throws(ValueError) -> String in
        guard LayerName(text) != nil else { throw ValueError(expectation: "the name of a layer of one's own") }
        return text
    }
    static let yes = Flag("yes", help: "Delete them. Without it, they are only listed.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "prune",
        summary: "Delete versions of layers that nothing uses; a list of them first.",
        details: """
            A version stays that a version of a function uses, that is among the newest, or that its policy shares with
            other accounts. Without --yes nothing is deleted.
            """,
        options: [keep.description, layer.description, yes.description, json.description] + ServerConnection.options,
        run: { arguments, console in
            let places = try ServerPlaces(arguments, console.environment)
            let client = places.own.lambda(console.environment)
            let used = try places.clients().flatMap { try $0.functionVersions() }.flatMap { $0.layers.map(\.arn) }
            let pruning = try client.pruning(
                ofLayers: arguments.values(of: layer), keep: arguments.value(of: keep), users: used)
            if arguments[yes] {
                for version in pruning.unused {
                    try client.deleteLayerVersion(version)
                    if !arguments[json] { console.print(console.sanitized("deleted \(version.arn) (\(version.age))")) }
                }
            }
            report(pruning, isDone: arguments[yes], asJSON: arguments[json], console)
            return 0
        })

    private static func report(_ pruning: LayerPruning, isDone: Bool, asJSON: Bool, _ console: Console) {
        if asJSON {
            return console.print(
                json: .structure([
                    "unused": .list(pruning.unused.map(\.document)), "deleted": .boolean(isDone),
                    "kept": .list(
                        pruning.kept.map {
                            .structure(["layerVersionArn": .string($0.version.arn), "reason": .string(text($0.reason))])
                        }),
                ]))
        }
        for version in pruning.unused where !isDone {
            console.print(console.sanitized("unused \(version.arn) (\(version.age))"))
        }
        let shared = pruning.kept.count { $0.reason == .shared }
        if shared > 0 { console.report("\(shared) stay, because their policies share them with other accounts.") }
        if pruning.unused.isEmpty {
            console.report(
                "Nothing to delete: all \(pruning.kept.count) versions are used, shared or among the newest.")
        } else if !isDone {
            console.report("Nothing was deleted. Add --yes to delete \(pruning.unused.count).")
        }
    }

    private static func text(_ reason: LayerPruning.Reason) -> String {
        switch reason {
        case .newest: "newest"
        case .used(let count): "used by \(count)"
        case .shared: "shared"
        }
    }
}
