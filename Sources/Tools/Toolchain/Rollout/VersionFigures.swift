internal import AWSProtocol

/// What a version of a function did within a time.
public struct VersionFigures: Hashable, Sendable {
    /// Invocations that ran.
    public var invocations: Int
    /// Those of them that ended in an error of the function.
    public var errors: Int
    /// How many durations there are.
    public var durations: Int
    /// Their sum, in milliseconds.
    public var durationMilliseconds: Double

    /// Describes figures.
    public init(invocations: Int = 0, errors: Int = 0, durations: Int = 0, durationMilliseconds: Double = 0) {
        self.invocations = invocations
        self.errors = errors
        self.durations = durations
        self.durationMilliseconds = durationMilliseconds
    }

    /// The share of invocations that ended in errors; 0 without invocations.
    public var errorRate: Double { invocations == 0 ? 0 : Double(errors) / Double(invocations) }

    /// The mean duration in milliseconds; `nil` without any.
    public var meanMilliseconds: Double? { durations == 0 ? nil : durationMilliseconds / Double(durations) }

    /// What was added since.
    static func - (now: VersionFigures, before: VersionFigures) -> VersionFigures {
        VersionFigures(
            invocations: max(0, now.invocations - before.invocations), errors: max(0, now.errors - before.errors),
            durations: max(0, now.durations - before.durations),
            durationMilliseconds: max(0, now.durationMilliseconds - before.durationMilliseconds))
    }

    static func + (one: VersionFigures, other: VersionFigures) -> VersionFigures {
        VersionFigures(
            invocations: one.invocations + other.invocations, errors: one.errors + other.errors,
            durations: one.durations + other.durations,
            durationMilliseconds: one.durationMilliseconds + other.durationMilliseconds)
    }
}

/// When a version counts as worse than the one before it. A pure value.
public struct RolloutTolerance: Hashable, Sendable {
    /// How much higher the share of errors may be: 0.01 is one percentage point.
    public var errorRate: Double
    /// How much longer the mean duration may be: 0.5 is half as long again.
    public var duration: Double
    /// Durations of each version below which they are not compared: the first ones of an environment take longer.
    public var fewestDurations: Int

    /// Describes a tolerance.
    public init(errorRate: Double = 0.01, duration: Double = 0.5, fewestDurations: Int = 10) {
        (self.errorRate, self.duration, self.fewestDurations) = (errorRate, duration, fewestDurations)
    }

    /// Why the new version is worse, as a phrase; `nil` where it is not.
    public func fault(of new: VersionFigures, against old: VersionFigures) -> String? {
        if new.errors > 0, new.errorRate > old.errorRate + errorRate {
            return "\(new.errors) of \(new.invocations) invocations failed, "
                + "and \(old.errors) of \(old.invocations) with the old layer"
        }
        guard new.durations >= fewestDurations, old.durations >= fewestDurations,
            let newMean = new.meanMilliseconds, let oldMean = old.meanMilliseconds,
            newMean > oldMean * (1 + duration), newMean - oldMean > Self.leastMilliseconds
        else { return nil }
        return "invocations took \(Self.text(newMean)) ms, and \(Self.text(oldMean)) ms with the old layer"
    }

    /// A difference that is not worth going back for, however large its ratio.
    private static let leastMilliseconds = 1.0

    private static func text(_ milliseconds: Double) -> String { "\((milliseconds * 10).rounded() / 10)" }
}
