internal import AWSProtocol
internal import HTTPClient
internal import LinuxSystem
internal import Toolchain

/// `strata layer rollout`: moves the users of a layer to another version, in stages, and back when they get worse.
enum LayerRolloutCommand {
    static let target = Option("to", "NUMBER", .required, help: "The version that functions are to have.") {
        (text) throws(ValueError) -> Int in
        guard let number = Int(text), number > 0 else { throw ValueError(expectation: "a version's number") }
        return number
    }
    static let function = Option(
        "function", "NAME", .repeated, help: "Only this user; may be given several times. All, where it is not given.")
    static let stages = Option(
        "stages", "PERCENT,PERCENT", .defaulted("10,50"), help: "Shares of an alias's invocations before all of them."
    ) { (text) throws(ValueError) -> [Double] in
        let numbers = text.split(separator: ",").map { Double($0) ?? 0 }
        guard numbers.allSatisfy({ $0 > 0 && $0 < 100 }), numbers == numbers.sorted() else {
            throw ValueError(expectation: "rising numbers above 0 and below 100, with commas between them")
        }
        return numbers.map { $0 / 100 }
    }
    static let seconds = Option(
        "stage-seconds", "NUMBER", .defaulted("60"), help: "How long each stage is watched.", read: positive)
    static let errors = Option(
        "max-error-increase", "POINTS", .defaulted("1"),
        help: "Go back when so many more percent of invocations fail than with the old version.", read: positive)
    static let duration = Option(
        "max-duration-increase", "PERCENT", .defaulted("50"),
        help: "Go back when invocations take so much longer on average.", read: positive)
    static let unwatched = Flag("no-watch", help: "Go through the stages without comparing errors and durations.")
    static let dryRun = Flag("dry-run", help: "Only say what would be done.")
    static let back = Flag("back", help: "Take an unfinished rollout back.")

    private static let positive: @Sendable (String) throws(ValueError) -> Double = {
        (text) throws(ValueError) -> Double in
        guard let number = Double(text), (0...1_000_000).contains(number) else {
            throw ValueError(expectation: "a number from 0 to 1000000")
        }
        return number
    }

    static let command = Command(
        name: "rollout",
        summary: "Move the users of a layer to another version in stages, and back when they get worse.",
        details: """
            LAYER is a name or an ARN. A function's $LATEST gets the layer's version; where aliases use the layer, a
            version is published, and the aliases send a growing share of their invocations to it. When more of those
            fail, or they take longer, everything goes back and the exit code is 1. A function is left out whose
            $LATEST has other changes than the layer.

            All that a rollout needs is on the server: after an interruption, the same command goes on where it was,
            and --back takes aliases back that are on their way (a function without aliases has moved at once, and
            stays). Errors and durations are those that a Strata server counts; for AWS, watch them yourself and pass
            --no-watch.
            """,
        options: [
            target.description, function.description, stages.description, seconds.description, errors.description,
            duration.description, unwatched.description, dryRun.description, back.description,
        ] + ServerConnection.options,
        operand: "LAYER",
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let client = server.lambda(console.environment)
            let isWatched = !arguments[unwatched] && !arguments[dryRun] && !arguments[back]
            guard try !isWatched || server.isStrata() else {
                throw arguments.refusal("only a Strata server tells errors and durations of versions; pass --no-watch")
            }
            let arn = try version(of: arguments.operands[0], arguments.value(of: target), client)
            let rollout = LayerRollout(
                client: client,
                course: LayerRollout.Course(
                    stages: try arguments.value(of: stages),
                    stageMilliseconds: Int(try arguments.value(of: seconds) * 1_000),
                    tolerance: RolloutTolerance(
                        errorRate: try arguments.value(of: errors) / 100,
                        duration: try arguments.value(of: duration) / 100)),
                surroundings: LayerRollout.Surroundings(
                    figures: { isWatched ? try server.figures(of: $0) : [:] },
                    report: { console.print(console.sanitized($0)) }))
            let plan = try RolloutPlan(
                client, to: arn, only: arguments.values(of: function),
                for: arguments[back] ? .goingBack : .rollout)
            for skipped in plan.skipped { console.report("\(skipped.name) stays as it is: \(skipped.reason)") }
            guard !plan.functions.isEmpty else {
                console.report(
                    arguments[back] ? "No alias is on its way to \(arn)." : "No function is to be moved to \(arn).")
                return 0
            }
            if arguments[dryRun] {
                for function in plan.functions {
                    console.print(
                        console.sanitized(
                            describe(function, try arguments.value(of: stages), isBack: arguments[back])))
                }
                return 0
            }
            if arguments[back] {
                try rollout.goBack(plan)
                return 0
            }
            return try run(rollout, plan, console)
        })

    private static func run(_ rollout: LayerRollout, _ plan: RolloutPlan, _ console: Console) throws -> Int32 {
        let hold = BlockedSignals()
        let outcome: LayerRollout.Outcome
        do {
            outcome = try rollout.run(plan) { milliseconds in
                var rest = milliseconds
                while rest > 0, !hold.isPending {
                    SystemThread.sleep(milliseconds: UInt32(min(rest, 100)))
                    rest -= 100
                }
                return !hold.isPending
            }
        } catch {
            console.report("An error stopped the rollout. The same command goes on; with --back aliases go back.")
            throw error
        }
        switch outcome {
        case .done:
            let count = plan.functions.count
            console.report("\(count) \(count == 1 ? "function has" : "functions have") \(plan.target).")
            return 0
        case .wentBack(let function, let reason):
            console.report(console.style.red("\(function) got worse: \(reason). Everything went back."))
            return 1
        case .interrupted:
            console.report("Stopped between versions. The same command goes on; with --back aliases go back.")
            return 1
        }
    }

    private static func describe(_ function: RolloutPlan.Function, _ stages: [Double], isBack: Bool) -> String {
        guard !function.aliases.isEmpty else {
            return "\(function.name): $LATEST at once (it has no alias that uses it)"
        }
        let shares = (stages + [1]).map { "\(Int(($0 * 100).rounded())) %" }.joined(separator: ", ")
        let aliases = function.aliases.map { alias in
            let share = alias.started.map { ", \(Int(($0.weight * 100).rounded())) % on version \($0.version)" } ?? ""
            return "\(alias.name) (version \(alias.version)\(share))"
        }
        if isBack { return "\(function.name): \(aliases.joined(separator: ", ")) back to \(function.from)" }
        return "\(function.name): \(aliases.joined(separator: ", ")) from \(function.from): \(shares)"
    }

    /// The ARN of a version, which has to exist.
    static func version(of layer: String, _ number: Int, _ client: LambdaClient) throws -> String {
        let versions = try client.versions(ofLayer: layer)
        guard let version = versions.first(where: { $0.number == number }) else {
            let known = versions.prefix(5).map { "\($0.number)" }.joined(separator: ", ")
            throw CommandFailure(
                versions.isEmpty
                    ? "There is no layer \(layer); 'strata layer list' lists them"
                    : "\(layer) has no version \(number); it has \(known)\(versions.count > 5 ? ", ..." : "")")
        }
        return version.arn
    }
}

extension ServerConnection {
    /// What the versions of a function did since the server started.
    func figures(of function: String) throws -> [String: VersionFigures] {
        let document = try document("GET", "/_strata/versions", query: [(name: "function", value: function)])
        return document.values("versions").reduce(into: [:]) { figures, version in
            figures[version.text("version")] = VersionFigures(
                invocations: version.integer("invocations") ?? 0, errors: version.integer("errors") ?? 0,
                durations: version.integer("durations") ?? 0,
                durationMilliseconds: version.number("durationSeconds") * 1_000)
        }
    }
}
