internal import Glibc

/// Writes the heads of responses (RFC 9112, section 4).
struct ResponseHead {
    /// What tells the client where the body ends.
    enum Framing {
        /// Its length.
        case length(UInt64)
        /// It is sent in chunks.
        case chunked
        /// It ends with the connection, or its status has none.
        case none
    }

    let status: Int
    let fields: [(name: String, value: String)]
    let framing: Framing
    /// What the `Connection` field says; `nil` for none.
    let connection: StaticString?

    /// Appends the head, with the empty line at its end. A field that HTTP cannot carry, such as one with a line break,
    /// is left out, so that the response is not lost.
    func append(to bytes: inout [UInt8], date: DateLine) {
        bytes.append("HTTP/1.1 ")
        bytes.append(String(status))
        bytes.append(" ")
        bytes.append(Self.reason(status))
        bytes.append("\r\nDate: ")
        bytes.append(date.text)
        for field in fields where !Self.isOfServer(field.name) { append(field.name, field.value, to: &bytes) }
        switch framing {
        case .length(let count):
            bytes.append("\r\nContent-Length: ")
            bytes.append(String(count))
        case .chunked: bytes.append("\r\nTransfer-Encoding: chunked")
        case .none: break
        }
        if let connection {
            bytes.append("\r\nConnection: ")
            bytes.append(
                contentsOf: UnsafeBufferPointer(start: connection.utf8Start, count: connection.utf8CodeUnitCount))
        }
        bytes.append("\r\n\r\n")
    }

    /// Fields that say how the message is framed: the server's alone.
    private static func isOfServer(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: name.lowercased() == "date"
        case 10: name.lowercased() == "connection"
        case 14: name.lowercased() == "content-length"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }

    private func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append("\r\n")
        bytes.append(name)
        let colon = bytes.count
        bytes.append(": ")
        bytes.append(value)
        let isValid = bytes.withUnsafeBufferPointer { buffer in
            for position in start + 2..<colon where !buffer[position].isTokenCharacter { return false }
            for position in colon..<buffer.count where buffer[position].isForbiddenInValue { return false }
            return colon > start + 2
        }
        if !isValid { bytes.removeLast(bytes.count - start) }
    }

    /// The reason phrase of a status (RFC 9110, section 15).
    static func reason(_ status: Int) -> String { reasons[status] ?? "Unknown" }

    private static let reasons: [Int: String] = [
        100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
        205: "Reset Content", 206: "Partial Content", 207: "Multi-Status", 300: "Multiple Choices",
        301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
        308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
        404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict",
        410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed",
        418: "I'm a teapot", 422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency",
        426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
        502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
        507: "Insufficient Storage", 508: "Loop Detected",
    ]
}

/// The value of a `Date` field, which changes once a second.
struct DateLine {
    private(set) var text = ""
    private var second: time_t = -1

    /// Brings it up to date.
    mutating func update(to now: time_t = time(nil)) {
        guard now != second else { return }
        second = now
        var (now, parts) = (now, tm())
        gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 40)
        // The server does not set a locale, so the names are English, as RFC 9110, section 5.6.7, requires.
        let count = strftime(&buffer, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        text = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends the UTF-8 of a text.
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }
}
