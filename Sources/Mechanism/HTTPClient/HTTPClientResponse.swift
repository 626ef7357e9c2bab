/// The head of a response.
public struct HTTPClientResponse: Hashable, Sendable {
    /// The status, such as 200.
    public internal(set) var status = 0
    /// The headers, in order. Bytes that are not UTF-8 show as U+FFFD.
    public internal(set) var headers: [HTTPClientHeader] = []

    /// The value of the first header with a name, which is case-insensitive.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }

    /// Parses one line of the head, without its line end. A status line starts a new head: an interim response (1xx)
    /// preceded it.
    mutating func take(line: Substring) {
        if line.hasPrefix("HTTP/") {
            self = HTTPClientResponse()
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append(HTTPClientHeader(String(line[..<colon]), String(value)))
        }
    }
}
