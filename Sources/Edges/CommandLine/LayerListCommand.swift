internal import AWSProtocol
internal import LinuxSystem
internal import Packaging
internal import Toolchain

/// `strata layer list`: the newest version of each layer.
enum LayerListCommand {
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "list",
        summary: "List layers with their newest versions.",
        options: [json.description] + ServerConnection.options,
        run: { arguments, console in
            let client = try ServerConnection(arguments, console.environment).lambda(console.environment)
            let layers = try client.layers()
            if arguments[json] {
                console.print(json: .list(layers.map(\.document)))
                return 0
            }
            var table = TextTable(["NAME", "VERSION", "AGE", "RUNTIMES", "ARCHITECTURES", "DESCRIPTION"])
            for layer in layers {
                table.add([
                    layer.name, "\(layer.number)", layer.age, layer.runtimes.joined(separator: ","),
                    layer.architectures.joined(separator: ","), layer.description,
                ])
            }
            for line in table.takeLines(console.style) { console.print(line) }
            if layers.isEmpty { console.report("There are no layers here. 'strata layer publish' makes one.") }
            return 0
        })
}

extension LayerVersionSummary {
    /// The version as JSON.
    var document: AWSValue {
        .structure([
            "layerVersionArn": .string(arn), "name": .string(name), "version": .integer(Int64(number)),
            "created": .string(created), "description": .string(description),
            "runtimes": .list(runtimes.map { .string($0) }),
            "architectures": .list(architectures.map { .string($0) }),
        ])
    }

    /// How long ago it was published: `3h`.
    var age: String { Self.age(of: created) }

    /// How long ago a time of the API was; empty for none.
    static func age(of time: String) -> String {
        guard let then = Timestamp(parsing: time.hasSuffix("+0000") ? "\(time.dropLast(5))Z" : time) else { return "" }
        return Quantity.duration(seconds: Double(WallClock.nowMilliseconds()) / 1_000 - then.secondsSinceEpoch)
    }

    /// Whether it says that it is for exactly these.
    func isFor(_ runtimes: [String], _ architectures: [String]) -> Bool {
        Set(self.runtimes) == Set(runtimes) && Set(self.architectures) == Set(architectures)
    }
}
