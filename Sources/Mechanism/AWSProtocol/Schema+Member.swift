extension Schema {
    /// The part of an HTTP message that carries a structure's member (Smithy's HTTP binding traits).
    public enum Location: String, Sendable, Equatable {
        /// In the document that is the body.
        case body
        /// The whole body: raw for bytes and text, a document for a structure.
        case payload
        /// A label of the path.
        case label
        /// A parameter of the query.
        case query
        /// A header.
        case header
        /// All headers that begin with the member's wire name, as a map.
        case prefixHeaders
        /// The status code of a response.
        case statusCode
        /// A header of an event's message (Smithy, event streams).
        case eventHeader
        /// The payload of an event's message.
        case eventPayload
    }

    /// One member of a structure.
    public struct Member: Sendable {
        /// Its name in the model, which is its key in `AWSValue.structure`.
        public let name: String
        /// Its name on the wire: JSON key, header, query parameter or label.
        public let wireName: String
        /// The part of the message that carries it.
        public let location: Location
        /// Whether a request without it is refused.
        public let isRequired: Bool

        /// Its name in a form of the protocol ec2Query, where that is not the wire name with a capital.
        public internal(set) var queryName: String?
        /// The namespace that its XML element declares.
        public internal(set) var namespace: XMLNamespace?
        /// Whether it is an attribute of the XML element that is the structure.
        public internal(set) var isAttribute = false
        /// Whether it is a text that holds a JSON document; base64 in a header.
        public internal(set) var isJSONText = false
        /// Whether clients may leave it out although it identifies the request: then the request is a new one.
        public internal(set) var isIdempotencyToken = false

        private let reference: Reference

        /// The schema of its value.
        public var schema: Schema { reference() }

        /// Describes a member; `schema` is evaluated on demand.
        public init(
            _ name: String, _ schema: @autoclosure @escaping Reference, wireName: String? = nil,
            in location: Location = .body, isRequired: Bool = false
        ) {
            self.name = name
            self.wireName = wireName ?? name
            self.location = location
            self.isRequired = isRequired
            reference = schema
        }
    }
}
