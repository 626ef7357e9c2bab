internal import AWSProtocol
internal import LayerCheck
internal import PackageContents
internal import Packaging
internal import Toolchain

/// `strata layer show`: a layer's versions, their sizes and users, and what is wrong with one of them.
enum LayerShowCommand {
    static let unchecked = Flag("no-check", help: "Do not download and check the version.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "show",
        summary: "Show a layer's versions with sizes and users, and check the newest.",
        details: """
            LAYER is a name, NAME:VERSION or an ARN. The version that is named, or the newest, is downloaded and checked
            as by 'strata layer check' (exit code 1 for errors), for each runtime and architecture that it says that it
            is for. Sizes are those of the \(mostDetails) newest versions.
            """,
        options: [unchecked.description, json.description] + ServerConnection.options,
        operand: "LAYER",
        run: { arguments, console in
            let downloads = LayerDownloads(arguments, console)
            let server = try downloads.connection()
            let client = server.lambda(console.environment)
            let selection = LayerSelection(arguments.operands[0])
            let versions = try client.versions(ofLayer: selection.layer)
            guard let shown = versions.first(where: { selection.number == nil || $0.number == selection.number }) else {
                throw CommandFailure("There is no layer \(arguments.operands[0]); 'strata layer list' lists them")
            }
            let users = Dictionary(grouping: try client.users(of: LayerSelection(selection.layer)), by: \.layer)
            let details = try Dictionary(
                versions.prefix(mostDetails).map { ($0.number, try client.details(of: $0)) }
            ) { first, _ in first }
            var findings: [LayerFinding] = []
            if !arguments[unchecked] {
                let path = try downloads.download(
                    details[shown.number] ?? client.details(of: shown), from: server)
                let contents = try LayerContents(reading: path, called: "\(shown.name):\(shown.number)")
                findings = LayerShowCommand.findings(in: contents, shown)
            }
            if arguments[json] {
                console.print(
                    json: .structure([
                        "versions": .list(
                            versions.map { document($0, details[$0.number], users[$0.arn] ?? []) }),
                        "checked": arguments[unchecked] ? .null : .string(shown.arn),
                        "findings": .list(findings.map(\.document)),
                    ]))
                return 0
            }
            var table = TextTable(["VERSION", "AGE", "ZIP", "USERS", "RUNTIMES", "ARCHITECTURES", "DESCRIPTION"])
            for version in versions {
                table.add([
                    "\(version.number)", version.age,
                    details[version.number].map { ByteCount.text($0.codeSize) } ?? "",
                    "\(users[version.arn]?.count ?? 0)", version.runtimes.joined(separator: ","),
                    version.architectures.joined(separator: ","), version.description,
                ])
            }
            for line in table.takeLines(console.style) { console.print(line) }
            for finding in findings {
                console.print(
                    "\(finding.rule.severity.rawValue) \(finding.rule.code) \(finding.layer): \(finding.message)"
                        .onOneLine)
            }
            if !arguments[unchecked], findings.isEmpty {
                console.report("Nothing is wrong with version \(shown.number).")
            }
            return findings.contains { $0.rule.severity == .error } ? 1 : 0
        })

    private static let mostDetails = 20

    /// The findings for all that a version says that it is for, each once.
    static func findings(in contents: LayerContents, _ version: LayerVersionSummary) -> [LayerFinding] {
        var seen: Set<LayerFinding> = []
        return LayerTarget.all(version.runtimes, version.architectures)
            .flatMap { LayerInspection.findings(in: [contents], for: $0) }.filter { seen.insert($0).inserted }
    }

    private static func document(
        _ version: LayerVersionSummary, _ details: LayerVersionDetails?, _ users: [LayerUser]
    ) -> AWSValue {
        guard case .structure(var members) = version.document else { return .null }
        members["users"] = .list(users.map { .string($0.function.arn) })
        if let details {
            members["codeSize"] = .integer(Int64(details.codeSize))
            members["codeSha256"] = .string(details.codeSHA256)
        }
        return .structure(members)
    }
}
