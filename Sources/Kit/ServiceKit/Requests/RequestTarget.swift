internal import AWSProtocol

/// The target of a request: path and query, both still percent-encoded.
package struct RequestTarget: Sendable {
    /// The path.
    package let path: Substring
    /// The query without its question mark; empty where there is none.
    package let query: Substring

    /// Splits the target of a request line (RFC 9112, section 3.2).
    package init(_ target: String) {
        let end = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        path = end.map { target[..<$0] } ?? target[...]
        query = end.map { target[target.utf8.index(after: $0)...] } ?? ""
    }

    /// The single path segment between a prefix and a suffix, decoded; `nil` for any other path. Compares bytes,
    /// because it is called for every invocation.
    package func segment(between prefix: String, and suffix: String) -> String? {
        let bytes = path.utf8
        guard bytes.count > prefix.utf8.count + suffix.utf8.count, bytes.starts(with: prefix.utf8),
            bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        else { return nil }
        let name = Substring(bytes.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count))
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        return name.utf8.contains(UInt8(ascii: "%")) ? PercentEncoding.decode(name) : String(name)
    }

    /// A query parameter, decoded.
    package func parameter(_ name: String) -> String? {
        query.isEmpty ? nil : QueryString(String(query))?[name]
    }
}
