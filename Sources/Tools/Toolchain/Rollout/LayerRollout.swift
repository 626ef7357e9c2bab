internal import AWSProtocol

/// Moves the users of a layer to another version of it, in stages, and goes back when they get worse.
///
/// All that it needs to go on after an interruption is on the server: layers of `$LATEST`, published versions, and the
/// weights of aliases.
public struct LayerRollout {
    /// What a rollout needs from outside.
    public struct Surroundings {
        /// The figures of a function's versions so far, by version; none where the server does not tell them.
        public let figures: (_ function: String) throws -> [String: VersionFigures]
        /// Called with what was done, a line each.
        public let report: (String) -> Void

        /// Collects them.
        public init(
            figures: @escaping (String) throws -> [String: VersionFigures], report: @escaping (String) -> Void
        ) {
            (self.figures, self.report) = (figures, report)
        }
    }

    /// How a rollout is done.
    public struct Course: Sendable {
        /// The shares of invocations that the new version gets, one after the other, above 0 and below 1.
        public var stages: [Double]
        /// How long each stage is watched, in milliseconds.
        public var stageMilliseconds: Int
        /// When to go back.
        public var tolerance: RolloutTolerance

        /// Describes a course.
        public init(stages: [Double], stageMilliseconds: Int, tolerance: RolloutTolerance) {
            (self.stages, self.stageMilliseconds, self.tolerance) = (stages, stageMilliseconds, tolerance)
        }
    }

    /// How it ended.
    public enum Outcome: Hashable, Sendable {
        /// All users have the new version.
        case done
        /// A function got worse, and all users have the old version again.
        case wentBack(function: String, reason: String)
        /// It was told to stop: users are between the versions, and another rollout goes on.
        case interrupted
    }

    private let client: LambdaClient
    private let course: Course
    private let surroundings: Surroundings

    /// Describes a rollout.
    public init(client: LambdaClient, course: Course, surroundings: Surroundings) {
        (self.client, self.course, self.surroundings) = (client, course, surroundings)
    }

    /// Does it.
    ///
    /// - Parameter pause: waits so many milliseconds; returns false when it is time to stop.
    public func run(_ plan: RolloutPlan, pause: (_ milliseconds: Int) -> Bool) throws -> Outcome {
        var moves: [Move] = []
        for function in plan.functions {
            if !function.isRepointed { try setLayers(of: function.name, function.layers) }
            guard !function.aliases.isEmpty else {
                surroundings.report("\(function.name): $LATEST has the new version (it has no alias: at once)")
                continue
            }
            _ = try client.settledConfiguration(of: function.name)
            let published = try client.publishVersion(of: function.name, description: "")
            guard published.layers.map(\.arn) == function.layers else {
                throw LambdaFault(
                    "Version \(published.version) of \(function.name) has other layers than were set: it was changed "
                        + "meanwhile")
            }
            moves += function.aliases.map { Move(function: function.name, alias: $0, version: published.version) }
        }
        // A share that was reached is not made smaller, and is watched.
        let reached = moves.map { $0.alias.started?.weight ?? 0 }.min() ?? 0
        let stages = course.stages.filter { $0 >= reached }
        for stage in (stages.isEmpty && reached > 0 ? [reached] : stages) where !moves.isEmpty {
            for index in moves.indices {
                let move = moves[index]
                let share = max(stage, move.alias.started?.weight ?? 0)
                try moves[index].set(by: client, version: move.alias.version, share: (move.version, share))
            }
            surroundings.report("\(Self.percent(stage)) of \(Self.count(moves.count, "alias", "aliases"))")
            switch try watch(moves, pause) {
            case .good: continue
            case .stopped: return .interrupted
            case .worse(let function, let reason):
                try goBack(plan, moves)
                return .wentBack(function: function, reason: reason)
            }
        }
        for index in moves.indices {
            let move = moves[index]
            try moves[index].set(by: client, version: move.version, share: nil)
            surroundings.report("\(move.function):\(move.alias.name) has version \(move.version)")
        }
        return .done
    }

    /// Takes back what an earlier rollout left between versions.
    public func goBack(_ plan: RolloutPlan) throws {
        let moves = plan.functions.flatMap { function in
            function.aliases.map { Move(function: function.name, alias: $0, version: $0.started?.version ?? "") }
        }
        try goBack(plan, moves)
    }

    /// Gives users what they had. What others have changed meanwhile stays.
    private func goBack(_ plan: RolloutPlan, _ moves: [Move]) throws {
        for var move in moves {
            try move.set(by: client, version: move.alias.version, share: nil)
            surroundings.report("\(move.function):\(move.alias.name) has version \(move.alias.version) alone again")
        }
        for function in plan.functions {
            let settings = try client.settledConfiguration(of: function.name)
            guard settings.layerARNs == function.layers else {
                surroundings.report("\(function.name): $LATEST was changed meanwhile, and stays as it is")
                continue
            }
            try setLayers(of: function.name, function.formerLayers)
            surroundings.report("\(function.name): $LATEST has \(function.from) again")
        }
    }

    private func setLayers(of function: String, _ layers: [String]) throws {
        _ = try client.updateConfiguration(of: function, ["Layers": .list(layers.map { .string($0) })])
    }

    /// An alias on its way.
    private struct Move {
        let function: String
        let alias: RolloutPlan.Alias
        /// The version with the new layer.
        let version: String
        private var revision: String?

        init(function: String, alias: RolloutPlan.Alias, version: String) {
            (self.function, self.alias, self.version, revision) = (function, alias, version, alias.revision)
        }

        /// Changes the alias, unless another one has since it was seen.
        mutating func set(
            by client: LambdaClient, version: String, share: (version: String, weight: Double)?
        ) throws {
            do {
                revision = try client.updateAlias(
                    alias.name, of: function, version: version, share: share, revision: revision)
            } catch let refusal as LambdaRefusal where refusal.code == "PreconditionFailedException" {
                throw LambdaFault("The alias \(function):\(alias.name) was changed meanwhile, and stays as it is")
            }
        }
    }

    private enum Observation {
        case good
        case worse(function: String, reason: String)
        case stopped
    }

    /// Watches a stage to its end, or until a function gets worse.
    private func watch(_ moves: [Move], _ pause: (Int) -> Bool) throws -> Observation {
        let names = Set(moves.map(\.function)).sorted()
        var before: [String: [String: VersionFigures]] = [:]
        for name in names { before[name] = try surroundings.figures(name) }
        var rest = course.stageMilliseconds
        while rest > 0 {
            let step = min(rest, Self.figuresMilliseconds)
            guard pause(step) else { return .stopped }
            rest -= step
            for name in names {
                let now = try surroundings.figures(name)
                if now.contains(where: { $0.value.invocations < before[name]?[$0.key]?.invocations ?? 0 }) {
                    // The server was started again, and counts from zero.
                    surroundings.report("\(name): the server counts anew; what it counted before is left out")
                    before[name] = now
                }
                for move in moves where move.function == name {
                    let start = before[name] ?? [:]
                    func figures(_ version: String) -> VersionFigures {
                        (now[version] ?? VersionFigures()) - (start[version] ?? VersionFigures())
                    }
                    let fault = course.tolerance.fault(of: figures(move.version), against: figures(move.alias.version))
                    if let fault { return .worse(function: name, reason: fault) }
                }
            }
        }
        return .good
    }

    /// How often figures are asked for.
    private static let figuresMilliseconds = 500

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private static func count(_ number: Int, _ one: String, _ several: String) -> String {
        "\(number) \(number == 1 ? one : several)"
    }
}
