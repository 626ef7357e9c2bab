internal import AWSProtocol
internal import Toolchain

/// `strata layer users`: every function, version and alias that uses a layer.
enum LayerUsersCommand {
    static let outdated = Flag("outdated", help: "Only users of a version that is not the newest.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "users",
        summary: "List the functions, versions and aliases that use a layer.",
        details: """
            LAYER is a name, NAME:VERSION or an ARN. A Strata server is asked for all its regions, and without --auth
            for all its accounts; AWS for one region, or for those that --regions names.
            """,
        options: [outdated.description, ServerPlaces.regions.description, json.description]
            + ServerConnection.options,
        operand: "LAYER",
        run: { arguments, console in
            let places = try ServerPlaces(arguments, console.environment)
            let selection = LayerSelection(arguments.operands[0])
            let newest = try places.newestNumbers(of: selection)
            let users = try places.clients().flatMap { try $0.users(of: selection) }.filter { user in
                !arguments[outdated] || Self.newer(than: user, newest) != nil
            }
            if arguments[json] {
                console.print(json: .list(users.map { document($0, newest) }))
                return 0
            }
            var table = TextTable(["FUNCTION", "VERSION", "ALIASES", "LAYER VERSION", "NEWEST", "ACCOUNT", "REGION"])
            for user in users {
                let arn = user.function.arn.split(separator: ":")
                let newer = Self.newer(than: user, newest)
                table.add([
                    user.function.name, user.function.version, user.aliases.joined(separator: ","),
                    LayerVersionName.shortened(user.layer),
                    newer.map { "\($0)" } ?? "", arn.count > 4 ? String(arn[4]) : "",
                    arn.count > 3 ? String(arn[3]) : "",
                ])
            }
            for line in table.takeLines(console.style) { console.print(line) }
            if users.isEmpty {
                console.report(
                    "No function uses \(arguments.operands[0])\(arguments[outdated] ? " in an older version" : "").")
            }
            return 0
        })

    /// The number of a newer version of the user's layer; `nil` where it has the newest one, or that is not known.
    private static func newer(than user: LayerUser, _ newest: [String: Int]) -> Int? {
        guard let layer = LayerVersionName(user.layer), let number = newest[layer.layer], number > layer.number else {
            return nil
        }
        return number
    }

    private static func document(_ user: LayerUser, _ newest: [String: Int]) -> AWSValue {
        .structure([
            "functionArn": .string(user.function.arn), "function": .string(user.function.name),
            "version": .string(user.function.version), "aliases": .list(user.aliases.map { .string($0) }),
            "layerVersionArn": .string(user.layer),
            "newerVersion": newer(than: user, newest).map { .integer(Int64($0)) } ?? .null,
        ])
    }
}
