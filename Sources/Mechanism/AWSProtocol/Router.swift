/// Finds the operation for a method, path and query.
///
/// A trie of path segments: literals are tried before labels, labels before greedy labels, and operations with more
/// required query parameters before those with fewer.
public struct Router: Sendable {
    /// The result of a match.
    public enum Match: Sendable {
        /// An operation, with the decoded labels of its path.
        case operation(OperationDescriptor, labels: [String: String])
        /// No operation has this path.
        case notFound
        /// Operations have this path, but not this method and query.
        case methodNotAllowed
        /// The path or query is not percent-encoded UTF-8.
        case malformed
    }

    /// The most segments that a path is split into; no operation has more than eight, apart from greedy labels.
    static let segmentLimit = 64

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var label: Int?
        var routes: [Route] = []
        var greedyRoutes: [Route] = []
    }

    private struct Route: Sendable {
        let operation: OperationDescriptor
        let template: URITemplate

        func accepts(_ method: String, _ query: QueryString) -> Bool {
            operation.method == method
                && template.query.allSatisfy { wanted in
                    query.values(wanted.name).contains { wanted.value.isEmpty || $0 == wanted.value }
                }
        }
    }

    private var nodes = [Node()]

    /// Builds the trie.
    public init(_ operations: [OperationDescriptor]) {
        for operation in operations { insert(Route(operation: operation, template: URITemplate(operation.uri))) }
    }

    private mutating func insert(_ route: Route) {
        var node = 0
        for segment in route.template.segments {
            switch segment {
            case .literal(let text): node = child(of: node, at: \.literals[text])
            case .label: node = child(of: node, at: \.label)
            case .greedyLabel: return add(route, to: \.[node].greedyRoutes)
            }
        }
        add(route, to: \.[node].routes)
    }

    private mutating func child(of node: Int, at place: WritableKeyPath<Node, Int?>) -> Int {
        if let child = nodes[node][keyPath: place] { return child }
        nodes.append(Node())
        nodes[node][keyPath: place] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func add(_ route: Route, to place: WritableKeyPath<[Node], [Route]>) {
        nodes[keyPath: place].append(route)
        nodes[keyPath: place].sort { $0.template.query.count > $1.template.query.count }
    }

    /// Finds the operation. `rawPath` and `rawQuery` are still percent-encoded. One trailing slash of the path is
    /// ignored, as by AWS.
    public func match(method: String, rawPath: String, rawQuery: String = "") -> Match {
        guard let query = QueryString(rawQuery), rawPath.utf8.first == UInt8(ascii: "/") else { return .malformed }
        var parts = rawPath.dropFirst().split(
            separator: "/", maxSplits: Self.segmentLimit, omittingEmptySubsequences: false)
        if parts.count > 1, parts.last == "" { parts.removeLast() }
        let segments = parts.compactMap { PercentEncoding.decode($0) }
        guard segments.count == parts.count else { return .malformed }
        var isPathKnown = false
        guard let route = find(segments[...], from: 0, method, query, &isPathKnown) else {
            return isPathKnown ? .methodNotAllowed : .notFound
        }
        return .operation(route.operation, labels: Self.labels(of: route.template, in: segments))
    }

    private func find(
        _ segments: ArraySlice<String>, from index: Int, _ method: String, _ query: QueryString,
        _ isPathKnown: inout Bool
    ) -> Route? {
        let node = nodes[index]
        guard let first = segments.first else {
            isPathKnown = isPathKnown || !node.routes.isEmpty
            return node.routes.first { $0.accepts(method, query) }
        }
        let rest = segments.dropFirst()
        if let child = node.literals[first], let route = find(rest, from: child, method, query, &isPathKnown) {
            return route
        }
        guard !first.isEmpty else { return nil }
        if let child = node.label, let route = find(rest, from: child, method, query, &isPathKnown) { return route }
        isPathKnown = isPathKnown || !node.greedyRoutes.isEmpty
        return node.greedyRoutes.first { $0.accepts(method, query) }
    }

    private static func labels(of template: URITemplate, in segments: [String]) -> [String: String] {
        var labels: [String: String] = [:]
        for (index, segment) in template.segments.enumerated() where index < segments.count {
            switch segment {
            case .literal: continue
            case .label(let name): labels[name] = segments[index]
            case .greedyLabel(let name): labels[name] = segments[index...].joined(separator: "/")
            }
        }
        return labels
    }
}
