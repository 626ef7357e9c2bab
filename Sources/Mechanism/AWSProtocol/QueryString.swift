/// The decoded parameters of a query, in order.
public struct QueryString: Sendable, Equatable {
    /// One parameter.
    public struct Item: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The value; empty without `=`.
        public let value: String

        /// Makes a parameter.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The parameters.
    public let items: [Item]

    /// Decodes a query without its `?`; `nil` when its percent-encoding is invalid.
    public init?(_ rawQuery: String) {
        var items: [Item] = []
        for pair in rawQuery.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else { return nil }
            items.append(Item(name, value))
        }
        self.items = items
    }

    /// The first value called `name`.
    public subscript(name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    /// All values called `name`.
    public func values(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }
}
