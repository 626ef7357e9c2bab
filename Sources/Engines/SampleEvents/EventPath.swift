internal import AWSProtocol

/// Where a value is in an event: `Records[0].body`, `requestContext.http.method`, `headers["x.y"]`.
///
/// Names stand as they are; one with a dot, a bracket, a quotation mark or an equals sign stands in brackets, as a JSON
/// string.
public struct EventPath: Sendable, Hashable, CustomStringConvertible {
    /// One step from a value into it.
    public enum Step: Sendable, Hashable {
        /// To a member of an object, by its name.
        case member(String)
        /// To an element of a list, by its index from 0.
        case element(Int)
    }

    /// The steps from the whole event; empty for the event itself, which has no text.
    public let steps: [Step]

    /// A path of these steps.
    public init(_ steps: [Step]) {
        self.steps = steps
    }

    /// Reads a path. Throws ``EventPathError/syntax(_:)``.
    public init(_ text: String) throws(EventPathError) {
        var rest = Substring(text).unicodeScalars
        try self.init(prefixOf: &rest)
        guard rest.isEmpty else { throw .syntax("'\(text)' goes on after '\(self)' with '\(String(rest))'") }
    }

    /// Reads the path that a text begins with, up to the first character that cannot be part of it, and takes it off.
    init(prefixOf text: inout Substring.UnicodeScalarView) throws(EventPathError) {
        var steps = [text.first == "[" ? try Self.bracket(&text) : try Self.name(&text)]
        while text.first == "." || text.first == "[" {
            if text.first == "." {
                text.removeFirst()
                steps.append(try Self.name(&text))
            } else {
                steps.append(try Self.bracket(&text))
            }
        }
        self.steps = steps
    }

    /// The path as ``init(_:)`` reads it.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .element(let index): text += "[\(index)]"
            case .member(let name) where name.isEmpty || name.unicodeScalars.contains(where: Self.isSpecial):
                text += "[\(String(decoding: JSON.encode(.string(name)), as: UTF8.self))]"
            case .member(let name): text += (text.isEmpty ? "" : ".") + name
            }
        }
        return text
    }

    /// Characters that end a name.
    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        [".", "[", "]", "\"", "="].contains(scalar)
    }

    private static func name(_ text: inout Substring.UnicodeScalarView) throws(EventPathError) -> Step {
        let name = text.prefix { !isSpecial($0) }
        guard !name.isEmpty else {
            let found = text.first.map { "'\($0)'" } ?? "the end"
            throw .syntax("a name is missing before \(found)")
        }
        text.removeFirst(name.count)
        return .member(String(name))
    }

    /// Reads `[0]` or `["name"]`.
    private static func bracket(_ text: inout Substring.UnicodeScalarView) throws(EventPathError) -> Step {
        text.removeFirst()
        let content = text.first == "\"" ? quoted(text) : text.prefix { $0 != "]" }
        text.removeFirst(content.count)
        guard text.popFirst() == "]" else { throw .syntax("']' is missing after '[\(String(content))'") }
        if let index = Int(String(content)), index >= 0, content.first != "+" { return .element(index) }
        // What is no JSON string is refused below.
        if content.first == "\"", case .string(let name)? = try? JSONTree(Array(String(content).utf8)) {
            return .member(name)
        }
        throw .syntax("'[\(String(content))]' is neither an index from 0 nor a name in double quotes")
    }

    /// The text up to the quotation mark that ends the one it begins with.
    private static func quoted(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var isEscaped = false
        var end = text.index(after: text.startIndex)
        while end < text.endIndex, isEscaped || text[end] != "\"" {
            isEscaped = !isEscaped && text[end] == "\\"
            end = text.index(after: end)
        }
        return text[..<(end < text.endIndex ? text.index(after: end) : end)]
    }
}

/// Why a path cannot be read, or leads nowhere in an event.
public enum EventPathError: Error, Sendable, Equatable {
    /// The text is no path; what is wrong with it.
    case syntax(String)
    /// The object at `parent` has no member `name`, on the way to another value; `names` are its members.
    case noMember(name: String, parent: EventPath, names: [String])
    /// The list at `parent` has only so many elements.
    case noElement(index: Int, parent: EventPath, count: Int)
    /// A step goes into a value that has no such steps; `kind` says what the value is: `a string`.
    case noContainer(step: EventPath.Step, parent: EventPath, kind: String)
}
