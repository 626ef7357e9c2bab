/// Reads the requests of one connection, one after the other, from its bytes as they arrive. A pure value.
struct RequestReader {
    /// What the next bytes are.
    enum Event {
        /// More bytes have to come; so many of those given are used up.
        case more(used: Int)
        /// A head, and where it ends.
        case head(RequestHead, end: Int)
        /// A piece of the body. The next one begins at its end.
        case piece(Range<Int>)
        /// The request is complete, and where it ends.
        case complete(trailers: HTTPFields, end: Int)
    }

    private enum Part {
        /// A head is to come. So many of its bytes have been searched for its end.
        case head(searched: Int)
        /// A body of known length: so much is to come.
        case body(remaining: Int)
        case chunks(ChunkedBody)
    }

    private var part = Part.head(searched: 0)
    private let headLimitBytes: Int

    /// - Parameter headLimitBytes: the longest head, and the longest line of a chunked body.
    init(headLimitBytes: Int) { self.headLimitBytes = headLimitBytes }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - bytes: what has arrived and was not used up.
    ///   - start: where in it to read on.
    /// - Throws: where the bytes break the protocol. Nothing can be read of the connection after that.
    mutating func next(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(RequestFault) -> Event {
        switch part {
        case .head(let searched): return try nextHead(bytes, start, searched)
        case .body(let remaining):
            guard remaining > 0 else {
                part = .head(searched: 0)
                return .complete(trailers: HTTPFields(), end: start)
            }
            let end = start + min(remaining, bytes.count - start)
            part = .body(remaining: remaining - (end - start))
            return end == start ? .more(used: start) : .piece(start..<end)
        case .chunks(var chunks):
            let step = try chunks.next(bytes, from: start)
            part = .chunks(chunks)
            switch step {
            case .more(let used): return .more(used: used)
            case .piece(let range): return .piece(range)
            case .end(let end):
                part = .head(searched: 0)
                return .complete(trailers: chunks.trailers, end: end)
            }
        }
    }

    private mutating func nextHead(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ searched: Int
    ) throws(RequestFault) -> Event {
        // Empty lines before a request are ignored (RFC 9112, section 2.2).
        var start = start
        while searched == 0, bytes.count - start >= 2, bytes[start] == UInt8(ascii: "\r"),
            bytes[start + 1] == UInt8(ascii: "\n")
        {
            start += 2
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        guard let end = try RequestHead.end(in: rest, from: searched), end <= headLimitBytes else {
            guard rest.count <= headLimitBytes else {
                throw RequestFault(431, "the request line and the header fields are too long")
            }
            // One byte may be half of an empty line.
            part = .head(searched: rest.count > 1 ? rest.count : 0)
            return .more(used: start)
        }
        let head = try RequestHead(UnsafeRawBufferPointer(rebasing: rest[..<end]))
        switch head.framing {
        case .length(let count): part = .body(remaining: count)
        case .chunked: part = .chunks(ChunkedBody(lineLimitBytes: headLimitBytes))
        }
        return .head(head, end: start + end)
    }
}
