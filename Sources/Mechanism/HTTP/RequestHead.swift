internal import Glibc

/// The head of a request: its request line and its fields (RFC 9112, sections 3 and 5). A pure value.
///
/// The reader is strict: two parties that read a request differently are how requests are smuggled. So lines end in
/// CRLF, and a request with two lengths is refused.
struct RequestHead: Sendable {
    /// How the end of the body is found (RFC 9112, section 6).
    enum Framing: Equatable, Sendable {
        /// There are so many bytes.
        case length(Int)
        /// The body is sent in chunks.
        case chunked
    }

    /// The method, as sent: `GET`, `POST`.
    let method: String
    /// The request target as sent, still percent-encoded.
    let target: String
    let fields: HTTPFields
    let framing: Framing
    /// Whether the client speaks HTTP/1.0, which has no chunks.
    let isVersion10: Bool
    /// Whether the connection serves on after the response.
    let isPersistent: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool

    /// Where a head ends: behind its empty line; `nil` where that has not arrived.
    ///
    /// - Parameter start: how many bytes an earlier search has seen.
    /// - Throws: where a line does not end in CRLF.
    static func end(in bytes: UnsafeRawBufferPointer, from start: Int) throws(RequestFault) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var position = start
        while position < bytes.count,
            let found = memchr(base + position, Int32(UInt8(ascii: "\n")), bytes.count - position)
        {
            let end = base.distance(to: UnsafeRawPointer(found))
            guard end >= 1, bytes[end - 1] == 13 else { throw RequestFault(400, "a line does not end in CRLF") }
            if end >= 3, bytes[end - 2] == 10, bytes[end - 3] == 13 { return end + 1 }
            position = end + 1
        }
        return nil
    }

    /// Reads a whole head, with the empty line at its end.
    init(_ bytes: UnsafeRawBufferPointer) throws(RequestFault) {
        guard let end = bytes.lineEnd(from: 0), let line = RequestLine(bytes, end: end) else {
            throw RequestFault(400, "the request line is malformed")
        }
        guard line.major == 1 else { throw RequestFault(505, "the version of HTTP is not 1.0 or 1.1") }
        isVersion10 = line.minor == 0
        method = line.method
        target = line.target
        fields = try HTTPFields([UInt8](bytes[..<(bytes.count - 2)]), from: end + 2)
        let connection = fields.list(of: "Connection")?.lowercased()
        isPersistent = isVersion10 ? connection == "keep-alive" : connection.map { !Self.has("close", $0) } ?? true
        expectsContinue = !isVersion10 && fields["Expect"]?.lowercased() == "100-continue"
        framing = try Self.framing(fields, isVersion10: isVersion10)
        let hosts = fields.count(of: "Host")
        guard isVersion10 ? hosts <= 1 : hosts == 1 else { throw RequestFault(400, "a request has one Host field") }
        if let host = fields["Host"], !HostField.isValid(host) {
            throw RequestFault(400, "the Host field is malformed")
        }
    }

    private static func has(_ option: String, _ list: String) -> Bool {
        list.split(separator: ",").contains { $0.trimmingBlanks == option }
    }

    private static func framing(_ fields: HTTPFields, isVersion10: Bool) throws(RequestFault) -> Framing {
        if let coding = fields["Transfer-Encoding"] {
            guard fields["Content-Length"] == nil, !isVersion10, fields.count(of: "Transfer-Encoding") == 1 else {
                throw RequestFault(400, "the length of the body is ambiguous")
            }
            guard coding.lowercased() == "chunked" else {
                throw RequestFault(501, "the only transfer coding is chunked")
            }
            return .chunked
        }
        guard let text = fields["Content-Length"] else { return .length(0) }
        guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), !text.isEmpty,
            fields.count(of: "Content-Length") == 1
        else { throw RequestFault(400, "Content-Length is not one number") }
        guard let length = Int(text) else { throw RequestFault(413, "the body is too long") }
        return .length(length)
    }
}

/// The request line (RFC 9112, section 3).
private struct RequestLine {
    let method: String
    let target: String
    let major: UInt8
    let minor: UInt8

    /// `nil` where the line is malformed. The target may have bytes above 127, which clients send unencoded.
    init?(_ bytes: UnsafeRawBufferPointer, end: Int) {
        var position = 0
        while position < end, bytes[position].isTokenCharacter { position += 1 }
        guard position > 0, position < end, bytes[position] == UInt8(ascii: " ") else { return nil }
        method = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<position]), as: UTF8.self)
        let start = position + 1
        position = start
        while position < end, bytes[position] > 32, bytes[position] != 127 { position += 1 }
        guard position > start, position < end, bytes[position] == UInt8(ascii: " ") else { return nil }
        target = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        let version = UnsafeRawBufferPointer(rebasing: bytes[(position + 1)..<end])
        guard version.count == 8, version.prefix(5).elementsEqual("HTTP/".utf8), version[6] == UInt8(ascii: "."),
            version[5] >= 48, version[5] <= 57, version[7] >= 48, version[7] <= 57
        else { return nil }
        (major, minor) = (version[5] - 48, version[7] - 48)
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self
        while text.utf8.first?.isBlank == true { text.removeFirst() }
        while text.utf8.last?.isBlank == true { text.removeLast() }
        return text
    }
}
