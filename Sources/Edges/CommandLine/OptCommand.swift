internal import AWSProtocol
internal import Domain
internal import PackageContents
internal import Packaging
internal import Toolchain

/// `strata opt explain`: what a function sees at `/opt`, and which layer it is from.
enum OptCommand {
    static let command = Command(
        name: "opt", summary: "Explain what a function has at /opt.", subcommands: [explain])

    static let qualifier = Option(
        "qualifier", "VERSION|ALIAS", .optional(otherwise: "$LATEST"), help: "Version or alias of the function.")
    static let json = Flag("json", help: "Print JSON.")

    static let explain = Command(
        name: "explain",
        summary: "Say which layer each file of /opt is from, what it hides, and what is there twice.",
        details: """
            Downloads the function's layers, and merges them as the function has them: files of later layers hide those
            of earlier ones. PATH is a path of /opt (/opt/python/six.py), or a module (requests): where it is from.
            """,
        options: [qualifier.description, json.description] + ServerConnection.options,
        operand: "FUNCTION", operandCount: .oneOrTwo(second: "PATH"),
        run: { arguments, console in
            let downloads = LayerDownloads(arguments, console)
            let server = try downloads.connection()
            let client = server.lambda(console.environment)
            let name = arguments.operands[0]
            guard
                let settings = try client.configuration(
                    of: name, qualifier: arguments.optionalValue(of: qualifier))
            else { throw CommandFailure("There is no function \(name)") }
            let arns = settings.values("Layers").map { $0.text("Arn") }
            let layers = try arns.map {
                try PackageSource(reading: downloads.path(of: $0), called: LayerVersionName.shortened($0))
            }
            let explanation = OptExplanation(
                function: name, runtime: settings.text("Runtime"), layers: layers,
                tree: try MergedPackages(layers))
            if arguments.operands.count > 1 {
                let asked = arguments.operands[1]
                let found = explanation.entries(at: asked)
                guard !found.isEmpty else {
                    console.report("No layer of \(name) has \(asked).")
                    return 1
                }
                if arguments[json] {
                    console.print(json: .list(found.map { explanation.document($0) }))
                } else {
                    for entry in found { console.print(explanation.line(entry)) }
                }
                return 0
            }
            if arguments[json] {
                console.print(json: explanation.document)
            } else {
                for line in explanation.lines { console.print(line) }
            }
            return 0
        })
}

/// What `strata opt explain` says. A pure value over the layers' contents.
struct OptExplanation {
    let function: String
    let runtime: String
    let layers: [PackageSource]
    let tree: MergedPackages

    /// Where the runtime looks for modules, in order.
    ///
    /// Source: "Packaging your layer content", Lambda developer guide.
    var searchPath: [String] {
        switch RuntimeIdentifier(runtime)?.family {
        case .python(let minor)?: ["/var/task", "/opt/python/lib/python3.\(minor)/site-packages", "/opt/python"]
        case .nodejs(let major)?:
            ["/var/task/node_modules", "/opt/nodejs/node\(major)/node_modules", "/opt/nodejs/node_modules"]
        case .ruby(let version)?: ["/var/task", "/opt/ruby/gems/\(version).0", "/opt/ruby/lib"]
        case .java?: ["/var/task", "/var/task/lib", "/opt/java/lib"]
        default: ["/var/task"]
        }
    }

    /// The entries at a path of `/opt`, at or below a folder of it, or of a module by its name.
    func entries(at asked: String) -> [MergedPackages.Entry] {
        if asked.contains("/") {
            var path = asked.hasPrefix("/opt/") ? String(asked.dropFirst(5)) : asked
            while path.hasSuffix("/") { path.removeLast() }
            return tree.entries.filter { $0.path == path || $0.path.hasPrefix("\(path)/") }
        }
        let module = asked.split(separator: ".").joined(separator: "/")
        for folder in searchPath where folder.hasPrefix("/opt/") {
            let place = "\(folder.dropFirst(5))/\(module)"
            let found = tree.entries.filter { entry in
                entry.path.hasPrefix("\(place)/") || entry.path.hasPrefix("\(place).")
            }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// `/opt/python/six.py: 34.0 KB from b:2; hides that of a:3, which is another`.
    func line(_ entry: MergedPackages.Entry) -> String {
        let hidden = entry.hidden.map { "\(layers[$0.layer].name) (\($0.isSame ? "the same" : "another content"))" }
        let words = hidden.isEmpty ? "" : "; hides that of \(hidden.joined(separator: ", "))"
        return "/opt/\(entry.path): \(ByteCount.text(entry.file.size)) from \(layers[entry.layer].name)\(words)"
            .onOneLine
    }

    var lines: [String] {
        var lines = ["\(function) (\(runtime)) has \(layers.count) \(layers.count == 1 ? "layer" : "layers") at /opt:"]
        for (number, layer) in layers.enumerated() {
            let own = tree.entries.filter { $0.layer == number }
            let hidden = tree.entries.count { $0.hidden.contains { $0.layer == number } }
            lines.append(
                "  \(number + 1). \(layer.name): \(own.count) files, "
                    + ByteCount.text(own.reduce(0) { $0 + $1.file.size })
                    + (hidden > 0 ? "; \(hidden) more are hidden by later layers" : ""))
        }
        lines.append("Modules are looked for in \(searchPath.joined(separator: ", ")).")
        lines += section("Hidden files with another content", tree.entries.filter { $0.hidden.contains { !$0.isSame } })
        lines += section(
            "Files that several layers have, the same",
            tree.entries.filter { entry in
                !entry.hidden.isEmpty && entry.hidden.allSatisfy(\.isSame)
            })
        if !tree.copies.isEmpty {
            lines.append("Copies of one content at several paths:")
            lines += tree.copies.prefix(Self.shown).map {
                "  \(ByteCount.text($0.byteCount)): \($0.paths.map { "/opt/\($0)" }.joined(separator: ", "))".onOneLine
            }
            if tree.copies.count > Self.shown { lines.append("  and \(tree.copies.count - Self.shown) more") }
        }
        return lines
    }

    private func section(_ title: String, _ entries: [MergedPackages.Entry]) -> [String] {
        guard !entries.isEmpty else { return [] }
        let rest = entries.count - Self.shown
        return ["\(title):"] + entries.prefix(Self.shown).map { "  \(line($0))" }
            + (rest > 0 ? ["  and \(rest) more"] : [])
    }

    /// Lines of a section; `--json` has all.
    private static let shown = 10

    var document: AWSValue {
        .structure([
            "function": .string(function), "runtime": .string(runtime),
            "layers": .list(layers.map { .string($0.name) }),
            "searchPath": .list(searchPath.map { .string($0) }),
            "files": .list(tree.entries.map { document($0) }),
            "copies": .list(
                tree.copies.map {
                    .structure(["bytes": .integer(Int64($0.byteCount)), "paths": .list($0.paths.map { .string($0) })])
                }),
        ])
    }

    func document(_ entry: MergedPackages.Entry) -> AWSValue {
        .structure([
            "path": .string("/opt/\(entry.path)"), "layer": .string(layers[entry.layer].name),
            "bytes": .integer(Int64(entry.file.size)),
            "hides": .list(
                entry.hidden.map {
                    .structure(["layer": .string(layers[$0.layer].name), "same": .boolean($0.isSame)])
                }),
        ])
    }
}
