internal import AWSProtocol
internal import Domain
internal import LayerSplit
internal import PackageContents

/// `strata layer split`: takes functions' packages apart into code and layers.
enum LayerSplitCommand {
    static let output = Option("output", "FOLDER", .defaulted("split"), help: "Folder to write the archives to.")
    static let rule = Option<SplitRule>(
        oneOf: "by", "RULE", default: .packageGroup,
        help: "What divides packages among layers: package-group, size or change-rate.")
    static let previous = Option(
        "previous", "FILE", .optional(),
        help: "Earlier package of the function: with --by change-rate, what differs from it changes often.")
    static let runtime = Option(
        "runtime", "NAME", .optional(otherwise: "Python's and Node.js's packages"),
        help: "Runtime of the function, whose packages go into layers."
    ) { (text) throws(ValueError) -> InstalledPackage.Kind in
        switch RuntimeIdentifier(text)?.family {
        case .python?: return .python
        case .nodejs?: return .node
        default: throw ValueError(expectation: "a runtime of Python or Node.js, such as python3.12 or nodejs22.x")
        }
    }
    static let fleet = Flag(
        "fleet", help: "Choose layers that all given functions share, at most five for each.")
    static let dryRun = Flag("dry-run", help: "Print the plan, and write nothing.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "split",
        summary: "Take a function's package apart into code and layers.",
        details: """
            Writes code.zip and at most five layer-NAME.zip: by default AWS's SDK, the web framework with what only it
            needs, and the other dependencies. Files of one package stay together. The archives are then read again,
            and prove to be identical to the package when they are merged: every path, mode and byte. A package stays
            in the code where a name in the code would hide it. A folder is taken as it is.
            With --fleet, layers are shared by functions, so that what is stored and uploaded becomes least; every
            function stays as it is. Writes layer-NAME.zip, code-FUNCTION.zip and the plan, fleet.json.
            """,
        options: [
            output.description, rule.description, previous.description, runtime.description, fleet.description,
            dryRun.description, json.description,
        ],
        operand: "PACKAGE", operandCount: .oneOrMore,
        run: { arguments, console in
            if arguments[fleet] { return try splitFleet(arguments, console) }
            guard arguments.operands.count == 1 else {
                throw arguments.refusal("several packages need --fleet, which chooses layers that they share")
            }
            let rule = try arguments.value(of: rule)
            let earlier = try arguments.optionalValue(of: previous)
            guard earlier == nil || rule == .changeRate else {
                throw arguments.refusal("--previous is for --by change-rate")
            }
            let request = Request(
                path: arguments.operands[0], rule: rule, previous: earlier,
                language: try arguments.optionalValue(of: runtime), folder: try arguments.value(of: output),
                isDryRun: arguments[dryRun])
            let report = try refusing(arguments) { () throws(SplitError) in try request.report() }
            if arguments[json] {
                console.print(json: report.document)
            } else {
                for line in report.lines(console.style) { console.print(line) }
            }
            for warning in report.warnings { console.report("warning: \(warning)") }
            return 0
        })

    private static func splitFleet(_ arguments: Arguments, _ console: Console) throws -> Int32 {
        for option in [rule.description, previous.description, runtime.description]
        where arguments.texts[option.name] != nil {
            throw arguments.refusal("--fleet chooses by cost, and takes no --\(option.name)")
        }
        let folder = try arguments.value(of: output)
        let inventory = try refusing(arguments) { () throws(SplitError) in
            try FleetInventory(reading: arguments.operands)
        }
        let report = LayerFleetReport(plan: FleetPlan(inventory), folder: folder)
        if !arguments[json] {
            for line in report.lines(console.style) { console.print(line) }
        }
        guard !arguments[dryRun] else {
            if arguments[json] { console.print(json: report.document()) }
            return 0
        }
        let outcome = try refusing(arguments) { () throws(SplitError) in
            try FleetWriter(folder: folder).write(report.plan) { outcome in
                JSON.encode(report.document(outcome)) + [UInt8(ascii: "\n")]
            }
        }
        if arguments[json] {
            console.print(json: report.document(outcome))
        } else {
            console.print(report.proof(outcome))
        }
        return 0
    }

    /// What the command line asks for.
    private struct Request {
        let path: String
        let rule: SplitRule
        let previous: String?
        let language: InstalledPackage.Kind?
        let folder: String
        let isDryRun: Bool

        func report() throws(SplitError) -> LayerSplitReport {
            let splitter = try PackageSplitter(reading: path)
            let old = try previous.map { path throws(SplitError) in try PackageSplitter(reading: path) }
            let plan = try splitter.plan(by: rule, language: language, previous: old)
            let outcome = isDryRun ? nil : try SplitWriter(folder: folder).write(plan, of: splitter)
            return LayerSplitReport(splitter: splitter, plan: plan, outcome: outcome, folder: folder)
        }
    }

    /// What cannot be read is an error of the command line.
    static func refusing<Result>(
        _ arguments: Arguments, _ body: () throws(SplitError) -> Result
    ) throws -> Result {
        do throws(SplitError) {
            return try body()
        } catch {
            if case .unreadable(let cause) = error { throw arguments.refusal(cause.description) }
            throw error
        }
    }
}
