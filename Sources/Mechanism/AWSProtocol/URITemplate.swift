/// A path with labels, as a service model writes it: `/2018-10-31/layers/{LayerName}/versions?find=LayerVersion`.
public struct URITemplate: Sendable, Equatable {
    /// One part of the path, between slashes.
    public enum Segment: Sendable, Equatable {
        /// Itself, decoded.
        case literal(String)
        /// One non-empty segment, kept under a name.
        case label(String)
        /// All that remains, at least one segment, slashes included: `{Name+}`.
        case greedyLabel(String)
    }

    /// The parts of the path.
    public let segments: [Segment]
    /// Query parameters that a request must carry. An empty value stands for any.
    public let query: [QueryString.Item]

    /// Reads a template. What is not a well-formed label is a literal.
    public init(_ text: String) {
        let parts = text.split(separator: "?", maxSplits: 1)
        segments = (parts.first ?? "").split(separator: "/").map(Self.segment)
        query = parts.count > 1 ? QueryString(String(parts[1]))?.items ?? [] : []
    }

    private static func segment(_ part: Substring) -> Segment {
        guard part.hasPrefix("{"), part.hasSuffix("}"), part.count > 2 else { return .literal(String(part)) }
        let name = part.dropFirst().dropLast()
        return name.hasSuffix("+") ? .greedyLabel(String(name.dropLast())) : .label(String(name))
    }

    /// The path and query that carry these labels, percent-encoded; a label that is missing is left as its name.
    public func path(labels: [String: String]) -> String {
        let path = segments.map { segment in
            switch segment {
            case .literal(let text): PercentEncoding.encode(text)
            case .label(let name): PercentEncoding.encode(labels[name] ?? name)
            case .greedyLabel(let name):
                (labels[name] ?? name).split(separator: "/").map { PercentEncoding.encode(String($0)) }
                    .joined(separator: "/")
            }
        }
        let parameters = query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }
        return "/" + path.joined(separator: "/") + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
    }
}
