/// Finds the operation for a method, path and query.
///
/// A trie of path segments: literals are tried before labels, labels before greedy labels, and operations with more
/// required query parameters before those with fewer. Where method, path and query of several are the same, as
/// *PutObject* and *UploadPart* of S3, the parameters and headers that each requires tell them apart.
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

        /// The required members that only some operations of the same method, path and query have.
        var marks: [Mark] = []

        /// The literals after a greedy label: `{Name+}/policy`.
        private let tail: [String]

        init(operation: OperationDescriptor, template: URITemplate) {
            self.operation = operation
            self.template = template
            tail = template.segments.drop { !$0.isGreedy }.dropFirst().compactMap(\.literal)
        }

        /// How many conditions it has.
        var weight: Int { (tail.count + template.query.count) * Self.templateWeight + marks.count }
        /// What the template says counts for more than any number of members.
        private static let templateWeight = 1_000

        /// Whether the segments from the greedy label on are a value for it, and the literals after it.
        func endsLike(_ segments: ArraySlice<String>) -> Bool {
            segments.count > tail.count && segments.suffix(tail.count).elementsEqual(tail)
        }

        /// The labels of a path that it matches.
        func labels(in segments: [String], _ endsWithSlash: Bool) -> [String: String] {
            var labels: [String: String] = [:]
            for (index, segment) in template.segments.enumerated() where index < segments.count {
                switch segment {
                case .literal: continue
                case .label(let name): labels[name] = segments[index]
                case .greedyLabel(let name):
                    let rest = segments[index...].dropLast(tail.count).joined(separator: "/")
                    labels[name] = rest + (endsWithSlash && tail.isEmpty ? "/" : "")
                    return labels
                }
            }
            return labels
        }

        func accepts(_ call: Call) -> Bool {
            operation.method == call.method
                && template.query.allSatisfy { wanted in
                    call.query.values(wanted.name).contains { wanted.value.isEmpty || $0 == wanted.value }
                } && marks.allSatisfy(call.has)
        }

        /// Whether both have the same method and query; they are at the same path.
        func isLike(_ other: Route) -> Bool {
            operation.method == other.operation.method && template.query == other.template.query && tail == other.tail
        }
    }

    /// A member that a request for an operation has.
    private enum Mark: Hashable, Sendable {
        case parameter(String)
        case header(String)
    }

    /// What decides between the operations of a path.
    private struct Call {
        let method: String
        let query: QueryString
        let hasHeader: (String) -> Bool

        func has(_ mark: Mark) -> Bool {
            switch mark {
            case .parameter(let name): query[name] != nil
            case .header(let name): hasHeader(name)
            }
        }
    }

    private var nodes = [Node()]

    /// Builds the trie.
    public init(_ operations: [OperationDescriptor]) {
        for operation in operations { insert(Route(operation: operation, template: URITemplate(operation.uri))) }
        for index in nodes.indices {
            Self.complete(&nodes[index].routes)
            Self.complete(&nodes[index].greedyRoutes)
        }
    }

    /// Marks the routes that only their members tell apart, and puts those with more conditions first. Reads the
    /// inputs of no other operation.
    private static func complete(_ routes: inout [Route]) {
        let original = routes
        for index in routes.indices where original.count(where: { $0.isLike(original[index]) }) > 1 {
            let members = original[index].operation.input.members.filter(\.isRequired)
            routes[index].marks = members.compactMap { member in
                switch member.location {
                case .query: .parameter(member.wireName)
                case .header: .header(member.wireName)
                default: nil
                }
            }
        }
        // A stable sort: of two that are alike, the model's first wins.
        routes = routes.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element)
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
    }

    /// Finds the operation. `rawPath` and `rawQuery` are still percent-encoded. One trailing slash of the path is
    /// ignored, as by AWS, except in a greedy label.
    ///
    /// - Parameter hasHeader: whether the request has a header of a name.
    public func match(
        method: String, rawPath: String, rawQuery: String = "", hasHeader: (String) -> Bool = { _ in false }
    ) -> Match {
        guard let query = QueryString(rawQuery), rawPath.utf8.first == UInt8(ascii: "/") else { return .malformed }
        var parts = rawPath.dropFirst().split(
            separator: "/", maxSplits: Self.segmentLimit, omittingEmptySubsequences: false)
        let endsWithSlash = parts.last == ""
        if endsWithSlash { parts.removeLast() }
        let segments = parts.compactMap { PercentEncoding.decode($0) }
        guard segments.count == parts.count else { return .malformed }
        var isPathKnown = false
        let found = withoutActuallyEscaping(hasHeader) { hasHeader in
            find(segments[...], from: 0, Call(method: method, query: query, hasHeader: hasHeader), &isPathKnown)
        }
        guard let route = found else { return isPathKnown ? .methodNotAllowed : .notFound }
        return .operation(route.operation, labels: route.labels(in: segments, endsWithSlash))
    }

    private func find(
        _ segments: ArraySlice<String>, from index: Int, _ call: Call, _ isPathKnown: inout Bool
    ) -> Route? {
        let node = nodes[index]
        guard let first = segments.first else {
            isPathKnown = isPathKnown || !node.routes.isEmpty
            return node.routes.first { $0.accepts(call) }
        }
        let rest = segments.dropFirst()
        if let child = node.literals[first], let route = find(rest, from: child, call, &isPathKnown) {
            return route
        }
        if !first.isEmpty, let child = node.label, let route = find(rest, from: child, call, &isPathKnown) {
            return route
        }
        // An empty segment may begin a greedy label, as the key of an object, but not be all of it.
        guard !first.isEmpty || !rest.isEmpty else { return nil }
        isPathKnown = isPathKnown || !node.greedyRoutes.isEmpty
        return node.greedyRoutes.first { $0.endsLike(segments) && $0.accepts(call) }
    }
}
