/// `PATH=VALUE`: a value of an event, and what it is set to.
public struct EventAssignment: Sendable, Equatable {
    /// Where the value is.
    public let path: EventPath
    /// The value, as it was given.
    public let text: String

    /// Reads a text. The path ends at the first `=` that is not part of a name in quotation marks; the value may have
    /// more of them.
    public init(_ text: String) throws(EventPathError) {
        var rest = Substring(text).unicodeScalars
        path = try EventPath(prefixOf: &rest)
        guard rest.popFirst() == "=" else { throw .syntax("'=' and a value are missing after '\(path)'") }
        self.text = String(rest)
    }
}
