internal import AWSProtocol

/// Replays events against a function with its layer and with another version of it, side by side.
///
/// The function itself is not touched: two copies of it run the events, and are deleted.
public struct LayerRehearsal {
    /// What one copy did with an event.
    public struct Outcome: Hashable, Sendable {
        /// The response, or the error.
        public let payload: [UInt8]
        /// The kind of error; `nil` for success.
        public let functionError: String?
        /// The duration of its code, in milliseconds; `nil` where the log has none.
        public let milliseconds: Double?
        /// The most memory that its environment used, in MB; `nil` where the log has none.
        public let megabytes: Int?

        init(_ answer: InvocationAnswer) {
            payload = answer.payload
            functionError = answer.functionError
            // The last one: a function may print what looks like a report.
            let report = answer.log.split(separator: "\n").last { $0.hasPrefix("REPORT RequestId: ") } ?? ""
            milliseconds = Self.number(after: "\tDuration: ", report)
            megabytes = Self.number(after: "\tMax Memory Used: ", report).flatMap { Int(exactly: $0) }
        }

        /// The number after a word of the REPORT line.
        private static func number(after word: String, _ log: Substring) -> Double? {
            guard let start = log.firstRange(of: word)?.upperBound else { return nil }
            return Double(log[start...].prefix { $0.isNumber || $0 == "." })
        }
    }

    /// How two outcomes differ.
    public enum Difference: String, Hashable, Sendable {
        /// The response is another.
        case answer
        /// One failed, or they failed in other ways.
        case error
        /// The new one took much longer.
        case duration
        /// The new one used much more memory.
        case memory

        /// Whether it is one of what the function does, and not of what it costs.
        public var isOfResult: Bool { self == .answer || self == .error }
    }

    /// An event, with what became of it.
    public struct Comparison: Sendable {
        /// The function's name.
        public let function: String
        /// The event's name.
        public let event: String
        /// With the function's own layers.
        public let old: Outcome
        /// With the other version.
        public let new: Outcome

        /// The differences that matter.
        public var differences: [Difference] {
            var found: [Difference] = []
            if old.functionError != new.functionError { found.append(.error) }
            if !Self.isSame(old.payload, new.payload) { found.append(.answer) }
            if let before = old.milliseconds, let after = new.milliseconds, after > before * 1.5, after - before > 5 {
                found.append(.duration)
            }
            if let before = old.megabytes, let after = new.megabytes, after * 5 > before * 6, after - before > 5 {
                found.append(.memory)
            }
            return found
        }

        /// Whether two payloads are the same, as JSON where they are JSON: the order of members does not matter.
        private static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
            if one == other { return true }
            // A payload that is not JSON is compared by its bytes, which differ.
            guard let one = try? JSON.decode(one), let other = try? JSON.decode(other) else { return false }
            return one == other
        }
    }

    private let client: LambdaClient
    private let download: (_ url: String, _ digest: String) throws -> [UInt8]
    private let report: (String) -> Void
    private let suffix: String

    /// Describes rehearsals.
    ///
    /// - Parameters:
    ///   - suffix: the end of the copies' names, which no function has.
    ///   - download: the content of a URL, whose SHA-256 in base64 is checked.
    ///   - report: called with what went wrong beside the rehearsal.
    public init(
        client: LambdaClient, suffix: String, download: @escaping (String, String) throws -> [UInt8],
        report: @escaping (String) -> Void
    ) {
        (self.client, self.suffix, self.download, self.report) = (client, suffix, download, report)
    }

    /// Rehearses a function.
    ///
    /// - Parameters:
    ///   - isStopped: asked before each event; when it says yes, the copies are deleted and the rest is left out.
    ///   - receive: called with each comparison.
    public func rehearse(
        _ function: RolloutPlan.Function, _ events: [(name: String, content: [UInt8])], isStopped: () -> Bool,
        receive: (Comparison) -> Void
    ) throws {
        let source = try client.function(function.name)
        guard let settings = source["Configuration"], let code = source["Code"]?.string("Location") else {
            throw UnexpectedAnswer("a function without settings or code")
        }
        let zip = try download(code, settings.string("CodeSha256") ?? "")
        let copies = ["old": function.formerLayers, "new": function.layers].mapValues { layers in
            members(of: settings, layers)
        }
        var made: [String] = []
        defer {
            for name in made {
                do { try client.deleteFunction(name) } catch {
                    report("The copy \(name) could not be deleted: \(error)")
                }
            }
        }
        for (kind, members) in copies.sorted(by: { $0.key < $1.key }) {
            let name = copy(kind, of: function.name)
            _ = try client.createFunction(members.merging(["FunctionName": .string(name)]) { $1 }, code: .zip(zip))
            made.append(name)
        }
        for name in made { _ = try client.settledConfiguration(of: name) }
        for event in events {
            if isStopped() { return }
            let outcomes = try ["old", "new"].map { kind in
                Outcome(try client.invoke(copy(kind, of: function.name), qualifier: nil, event: event.content))
            }
            receive(Comparison(function: function.name, event: event.name, old: outcomes[0], new: outcomes[1]))
        }
    }

    private func copy(_ kind: String, of name: String) -> String {
        let end = "-rehearse-\(kind)-\(suffix)"
        return name.prefix(Self.longestName - end.count) + end
    }

    /// Characters of a function's name.
    private static let longestName = 64

    /// The settings that a copy has of its function.
    private func members(of settings: AWSValue, _ layers: [String]) -> [String: AWSValue] {
        var members = (settings.members ?? [:]).filter { Self.copied.contains($0.key) }
        if let variables = members["Environment"]?["Variables"] {
            members["Environment"] = .structure(["Variables": variables])
        }
        members["Layers"] = .list(layers.map { .string($0) })
        members["Description"] = .string("A copy for 'strata layer rehearse', which deletes it")
        return members
    }

    private static let copied: Set<String> = [
        "Runtime", "Role", "Handler", "Timeout", "MemorySize", "Environment", "Architectures", "EphemeralStorage",
    ]
}
