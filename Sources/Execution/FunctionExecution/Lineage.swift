internal import Digest
package import Domain
internal import Telemetry

/// How a chain of invocations came about, as the X-Ray header carries it: `Lineage=25:a87bd80c:1`.
///
/// That is the number of invocations in the chain, one function that is watched, and how often the chain has come back
/// to it. SDKs inside a function pass the header on, and so do others that keep it, such as queues. Only one
/// function is watched at a time, so that the header does not grow with the chain; which one is decided as in Brent's
/// search for cycles: at powers of two another one is, so that a loop is found wherever in the chain it begins.
///
/// Source: "Use Lambda recursive loop detection to prevent infinite loops" in the Lambda developer guide; the form is
/// that of real headers, which OpenTelemetry's propagators check.
package struct Lineage: Hashable, Sendable {
    private(set) var invocations = 0
    private(set) var watched = ""
    private(set) var returns = 0

    /// Both as OpenTelemetry's propagators accept them at most.
    private static let maximumInvocations = 32_767
    private static let maximumReturns = 255
    /// From here on another function is watched even if the chain has come back to this one: by now a loop of a dozen
    /// functions that led back to it would have been found.
    private static let longChain = LambdaLimits.recursiveInvocations * LambdaLimits.recursiveInvocations
    private static let key = "Lineage="

    /// The beginning of a chain.
    package init() {}

    /// Reads the header of an invocation; what has no lineage, or none that can be read, begins a chain.
    package init(header: String) {
        guard let field = header.split(separator: ";").first(where: { Self.isLineage($0) }) else { return }
        let parts = field.drop { $0 == " " }.dropFirst(Self.key.count)
            .split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let invocations = Int(parts[0]), let returns = Int(parts[2]), parts[1].utf8.count == 8,
            (0...Self.maximumInvocations).contains(invocations), (0...Self.maximumReturns).contains(returns)
        else { return }
        self.invocations = invocations
        self.watched = String(parts[1])
        self.returns = returns
    }

    /// Adds an invocation of a function.
    package mutating func add(_ function: String) {
        invocations = min(invocations + 1, Self.maximumInvocations)
        if function == watched {
            returns = min(returns + 1, Self.maximumReturns)
        } else if watched.isEmpty || isPowerOfTwo && (returns == 0 || invocations >= Self.longChain) {
            watched = function
            returns = 0
        }
    }

    /// Whether the last invocation came back to its function once too often.
    package func isLoop(of function: String) -> Bool {
        function == watched && returns >= LambdaLimits.recursiveInvocations
    }

    /// A header with this lineage in place of its own.
    package func header(replacing header: String) -> String {
        let fields = header.split(separator: ";").filter { !Self.isLineage($0) }
        return (fields.map(String.init) + [field]).joined(separator: ";")
    }

    /// The field of the header.
    package var field: String { "\(Self.key)\(invocations):\(watched):\(returns)" }

    /// What a function is known by: eight hexadecimal digits.
    package static func hash(of function: FunctionID) -> String {
        String(SHA256Digest(hashing: Array(function.description.utf8)).hex.prefix(8))
    }

    private var isPowerOfTwo: Bool { invocations & (invocations - 1) == 0 }

    private static func isLineage(_ field: Substring) -> Bool { field.drop { $0 == " " }.hasPrefix(key) }
}
