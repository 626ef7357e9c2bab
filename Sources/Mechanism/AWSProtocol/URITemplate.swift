/// A service model's path with labels: `/2018-10-31/layers/{LayerName}/versions?find=LayerVersion`.
public struct URITemplate: Sendable, Equatable {
    /// One part of the path, between slashes.
    public enum Segment: Sendable, Equatable {
        /// Constant text, decoded.
        case literal(String)
        /// One non-empty segment, as a label with this name.
        case label(String)
        /// All remaining segments, at least one, with their slashes: `{Name+}`.
        case greedyLabel(String)
    }

    /// The parts of the path. Literals may follow a greedy label, but no other label.
    public let segments: [Segment]
    /// Required query parameters. An empty value allows any value.
    public let query: [QueryString.Item]

    /// Parses a template. A malformed label is a literal.
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

    /// The percent-encoded path and query with these labels; a missing label is replaced by its name.
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

extension URITemplate.Segment {
    /// Whether it takes several segments of a path.
    var isGreedy: Bool { if case .greedyLabel = self { true } else { false } }

    /// The text of a literal; `nil` for labels.
    var literal: String? { if case .literal(let text) = self { text } else { nil } }
}
