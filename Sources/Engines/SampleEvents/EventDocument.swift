public import AWSProtocol

/// An event whose values can be set.
public struct EventDocument: Sendable, Equatable {
    /// The event.
    public private(set) var tree: JSONTree
    private let rules: EventRules

    /// An event, and which of its values are text.
    public init(_ tree: JSONTree, rules: EventRules = EventRules()) {
        self.tree = tree
        self.rules = rules
    }

    /// The value at a path; `nil` where there is none.
    public subscript(path: EventPath) -> JSONTree? {
        path.steps.reduce(tree) { value, step in value?.child(step) }
    }

    /// Sets the value at a path, from a text: JSON where it is JSON, else a string.
    ///
    /// A member that is missing is added to its object, and to nothing else. Where the service has a string, the value
    /// stays one: `{"a":1}` as the body of a message is text. `null` is null everywhere, and `"null"`, with quotation
    /// marks, the text.
    public mutating func set(_ path: EventPath, to text: String) throws(EventPathError) {
        // What is not JSON is a string, so there is no error to report.
        let document = try? JSONTree(Array(text.utf8))
        let value = document.map { holdsText(path, for: $0) ? .string(text) : $0 } ?? .string(text)
        tree = try tree.setting(path.steps[...], to: value, below: [])
    }

    /// Whether a value that is given as JSON is text there.
    private func holdsText(_ path: EventPath, for value: JSONTree) -> Bool {
        switch value {
        case .null, .string: return false
        default: break
        }
        guard !rules.isFree(path) else { return false }
        switch self[path] {
        case .string: return true
        // AWS's documents have null where a string is missing, or an object; no number and no flag is missing so.
        case .null: return value.isScalar
        case nil: return rules.addsText(path)
        default: return false
        }
    }
}

/// Which values of a service's events are text, where the sample alone does not show it.
public struct EventRules: Sendable, Equatable {
    /// What the user of the service defines: any JSON, below these paths.
    let freePaths: [EventPath]
    /// Objects that the service fills with strings only, such as `headers`: by the names of the members they are.
    let textMaps: Set<String>

    /// - Parameters:
    ///   - freePaths: Paths below which values have any type; the empty path is the whole event.
    ///   - textMaps: Names of members that are objects of strings.
    public init(freePaths: [EventPath] = [], textMaps: Set<String> = []) {
        self.freePaths = freePaths
        self.textMaps = textMaps
    }

    func isFree(_ path: EventPath) -> Bool {
        freePaths.contains { path.steps.starts(with: $0.steps) }
    }

    /// Whether a member that is added at a path is text.
    func addsText(_ path: EventPath) -> Bool {
        guard case .member(let name)? = path.steps.dropLast().last else { return false }
        return textMaps.contains(name)
    }
}

extension JSONTree {
    fileprivate var isScalar: Bool {
        switch self {
        case .list, .object: false
        default: true
        }
    }

    /// What messages call a value that has no members or elements, or not those that a step needs.
    private var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .list: "a list"
        case .object: "an object"
        }
    }

    fileprivate func child(_ step: EventPath.Step) -> JSONTree? {
        switch (step, self) {
        case (.member(let name), .object(let members)): members.first { $0.name == name }?.value
        case (.element(let index), .list(let values)): values.indices.contains(index) ? values[index] : nil
        default: nil
        }
    }

    /// This value with another one below it.
    fileprivate func setting(
        _ steps: ArraySlice<EventPath.Step>, to value: JSONTree, below parent: [EventPath.Step]
    ) throws(EventPathError) -> JSONTree {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.member(let name), .object(var members)):
            if let place = members.firstIndex(where: { $0.name == name }) {
                members[place].value = try members[place].value.setting(rest, to: value, below: parent + [step])
            } else {
                guard rest.isEmpty else {
                    throw .noMember(name: name, parent: EventPath(parent), names: members.map(\.name))
                }
                members.append(Member(name, value))
            }
            return .object(members)
        case (.element(let index), .list(var values)):
            guard values.indices.contains(index) else {
                throw .noElement(index: index, parent: EventPath(parent), count: values.count)
            }
            values[index] = try values[index].setting(rest, to: value, below: parent + [step])
            return .list(values)
        default: throw .noContainer(step: step, parent: EventPath(parent), kind: kind)
        }
    }
}
