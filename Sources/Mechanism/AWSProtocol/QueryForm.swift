/// A form's parameters as a tree by the parts of their names: `Tags.member.1.Key=team` is a value at depth four.
struct QueryForm: Equatable {
    /// The most parameters of one request, more than ten times what clients send.
    static let parameterLimit = 2_000
    /// The most parts of one name; the inputs of services with this protocol are less deep.
    static let partLimit = 16

    /// The value of the parameter with exactly this name.
    private(set) var value: String?
    /// The subtrees, by the next part of the names.
    private(set) var parts: [String: QueryForm] = [:]

    init() {}

    /// Parses the parameters of the query and of an `application/x-www-form-urlencoded` body. Of parameters with one
    /// name, the first counts.
    init(_ request: AWSRequest) throws(AWSError) {
        guard let text = String(validating: request.body, as: UTF8.self) else { throw .malformedQueryString }
        for text in [request.rawQuery, text] {
            guard text.utf8.count(where: { $0 == UInt8(ascii: "&") }) < Self.parameterLimit else {
                throw .malformedInput("A request may have \(Self.parameterLimit) parameters.")
            }
            guard let query = QueryString(text) else { throw .malformedQueryString }
            for item in query.items { try insert(item) }
        }
    }

    private mutating func insert(_ item: QueryString.Item) throws(AWSError) {
        let parts = item.name.split(separator: ".", maxSplits: Self.partLimit, omittingEmptySubsequences: false)
        guard parts.count <= Self.partLimit else {
            throw .malformedInput("A parameter's name may have \(Self.partLimit) parts.")
        }
        insert(item.value, at: parts[...])
    }

    private mutating func insert(_ value: String, at path: ArraySlice<Substring>) {
        if let first = path.first {
            parts[String(first), default: QueryForm()].insert(value, at: path.dropFirst())
        } else if self.value == nil {
            self.value = value
        }
    }

    /// The subtrees with numbers for names, in the order of the numbers. Gaps are allowed.
    var numbered: [QueryForm] {
        parts.compactMap { key, form in Int32(key).map { ($0, form) } }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
