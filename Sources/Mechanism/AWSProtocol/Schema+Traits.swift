extension Schema {
    /// What a service model says of a shape besides its kind (Smithy's traits).
    public struct Traits: Sendable {
        /// The least number; for text, bytes, lists and maps the least length (in Unicode scalars, bytes, entries).
        public var minimum: Double?
        /// The greatest number or length, measured like `minimum`.
        public var maximum: Double?
        /// The pattern that a whole text must match.
        public var pattern: Pattern?
        /// The values of an enumeration; empty means any.
        public var allowedValues: [String] = []
        /// Whether values must never be shown, not even in an error message.
        public var isSensitive = false
        /// Whether a form or XML document has a list's or map's entries without an enclosing element.
        public var isFlattened = false
        /// Whether a value of bytes is as long as it likes, and is not held in memory as a whole.
        public var isStreaming = false
        /// Whether it is a stream of events, one member for each kind of event.
        public var isEventStream = false
        /// Whether a value has exactly one of the members.
        public var isUnion = false
        /// The name of a list's elements in forms and XML documents.
        public var elementName = "member"
        /// The name of a map's keys in forms and XML documents.
        public var keyName = "key"
        /// The name of a map's values in forms and XML documents.
        public var valueName = "value"
        /// The name of the element that is a whole XML document of this shape.
        public var xmlName: String?
        /// The namespace of its XML elements; `nil` for that of what contains them.
        public var xmlNamespace: XMLNamespace?

        /// No traits.
        public init() {}
    }
}

/// A namespace that an XML element declares.
public struct XMLNamespace: Sendable, Equatable {
    /// Its URI.
    public let uri: String
    /// The prefix of names in it; `nil` where it is the default of the element and its content.
    public let prefix: String?

    /// Makes a namespace.
    public init(_ uri: String, prefix: String? = nil) {
        self.uri = uri
        self.prefix = prefix
    }
}
