internal import AWSProtocol

/// Moves the users of a layer to another version of it, in stages, and goes back when they get worse.
///
/// All that it needs to go on after an interruption is on the server: layers of `$LATEST`, published versions, and the
/// weights of aliases.
public struct LayerRollout {
    /// What a rollout needs from outside.
    public struct Surroundings {
        /// The figures of a function's versions so far, by version; `nil` where the server does not tell them.
        public let figures: (_ function: String) throws -> [String: VersionFigures]?
        /// Called with what was done, a line each.
        public let report: (String) -> Void

        /// Collects them.
        public init(
            figures: @escaping (String) throws -> [String: VersionFigures]?, report: @escaping (String) -> Void
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
            if !function.isRepointed { try setLayers(of: function, function.layers) }
            guard !function.aliases.isEmpty else {
                surroundings.report("\(function.name): $LATEST has the new version (it has no alias: at once)")
                continue
            }
            let published = try client.publishVersion(of: function.name, description: "")
            moves += function.aliases.map { Move(function: function, alias: $0, version: published.version) }
        }
        let reached = moves.compactMap { $0.alias.started?.weight }.min() ?? 0
        for stage in course.stages where stage >= reached {
            for move in moves {
                try client.updateAlias(
                    move.alias.name, of: move.function.name, version: move.alias.version,
                    share: (version: move.version, weight: stage))
            }
            guard !moves.isEmpty else { break }
            surroundings.report("\(Self.percent(stage)) of \(Self.count(moves.count, "alias", "aliases"))")
            switch try watch(moves, pause) {
            case .good: continue
            case .stopped: return .interrupted
            case .worse(let function, let reason):
                try goBack(plan)
                return .wentBack(function: function, reason: reason)
            }
        }
        for move in moves {
            try client.updateAlias(move.alias.name, of: move.function.name, version: move.version)
            surroundings.report("\(move.function.name):\(move.alias.name) has version \(move.version)")
        }
        return .done
    }

    /// Gives all users what they had.
    public func goBack(_ plan: RolloutPlan) throws {
        for function in plan.functions {
            for alias in function.aliases {
                try client.updateAlias(alias.name, of: function.name, version: alias.version)
                surroundings.report("\(function.name):\(alias.name) has version \(alias.version) alone again")
            }
            try setLayers(of: function, function.formerLayers)
            surroundings.report("\(function.name): $LATEST has \(function.from) again")
        }
    }

    private func setLayers(of function: RolloutPlan.Function, _ layers: [String]) throws {
        _ = try client.updateConfiguration(of: function.name, ["Layers": .list(layers.map { .string($0) })])
    }

    /// An alias on its way.
    private struct Move {
        let function: RolloutPlan.Function
        let alias: RolloutPlan.Alias
        /// The version with the new layer.
        let version: String
    }

    private enum Observation {
        case good
        case worse(function: String, reason: String)
        case stopped
    }

    /// Watches a stage to its end, or until a function gets worse.
    private func watch(_ moves: [Move], _ pause: (Int) -> Bool) throws -> Observation {
        let names = Set(moves.map(\.function.name)).sorted()
        var before: [String: [String: VersionFigures]] = [:]
        for name in names { before[name] = try surroundings.figures(name) }
        var rest = course.stageMilliseconds
        while rest > 0 {
            let step = min(rest, Self.figuresMilliseconds)
            guard pause(step) else { return .stopped }
            rest -= step
            for name in names {
                guard let now = try surroundings.figures(name) else { continue }
                for move in moves where move.function.name == name {
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
