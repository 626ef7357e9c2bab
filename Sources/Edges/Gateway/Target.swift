internal import AWSProtocol

/// A request target: the path and the query, both still percent-encoded.
struct Target: Sendable {
    let path: Substring
    let query: Substring

    init(_ target: String) {
        let end = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        path = end.map { target[..<$0] } ?? target[...]
        query = end.map { target[target.utf8.index(after: $0)...] } ?? ""
    }

    /// The function that *Invoke* is called for, decoded; `nil` for every other operation.
    var invokedFunction: String? { function(between: "/2015-03-31/functions/", and: "/invocations") }

    /// The function that *InvokeWithResponseStream* is called for, decoded.
    var streamingFunction: String? {
        function(between: "/2021-11-15/functions/", and: "/response-streaming-invocations")
    }

    private func function(between prefix: String, and suffix: String) -> String? {
        let bytes = path.utf8
        guard bytes.count > prefix.utf8.count + suffix.utf8.count, bytes.starts(with: prefix.utf8),
            bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        else { return nil }
        let name = Substring(bytes.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count))
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        return name.utf8.contains(UInt8(ascii: "%")) ? PercentEncoding.decode(name) : String(name)
    }

    /// A query parameter, decoded.
    func parameter(_ name: String) -> String? {
        query.isEmpty ? nil : QueryString(String(query))?[name]
    }
}
