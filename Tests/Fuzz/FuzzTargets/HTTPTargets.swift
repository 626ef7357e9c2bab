@testable import HTTP

/// Requests as they arrive on a connection of a client or a function.
extension FuzzTarget {
    /// The requests of a connection.
    static let http = FuzzTarget("http") { input in try checkConnection(Array(input)) }

    /// A body in chunks.
    static let chunkedBody = FuzzTarget("chunked-body") { input in
        try checkConnection(Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + input)
    }

    private static let headLimitBytes = 4_096

    private static func checkConnection(_ wire: [UInt8]) throws(FuzzFinding) {
        let whole = try requests(in: [wire])
        let cut = try requests(in: pieces(of: wire))
        // Where one fault follows another, pieces show the first of them earlier.
        try expect(cut.isRefused == whole.isRefused, "only one of the same bytes, whole and in pieces, is refused")
        try expect(cut.requests == whole.requests, "\(whole.requests) are in pieces \(cut.requests)")
        for request in whole.requests where request.isComplete { try checkWritten(request) }
    }

    /// A request that is written from what was read is read as the same.
    private static func checkWritten(_ request: ReceivedRequest) throws(FuzzFinding) {
        let fields = request.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = "\(request.method) \(request.target) HTTP/1.\(request.isVersion10 ? 0 : 1)\r\n\(fields)\r\n"
        // Bytes that are not UTF-8 are read as U+FFFD, and a head may become longer than its limit by that.
        guard head.utf8.allSatisfy({ $0 < 128 }), head.utf8.count <= headLimitBytes else { return }
        var wire = Array(head.utf8)
        if request.isChunked {
            let trailers = request.trailers.map { "\($0.name): \($0.value)\r\n" }.joined()
            guard trailers.utf8.allSatisfy({ $0 < 128 }) else { return }
            if !request.body.isEmpty {
                wire += Array("\(String(request.body.count, radix: 16))\r\n".utf8) + request.body + [13, 10]
            }
            wire += Array("0\r\n\(trailers)\r\n".utf8)
        } else {
            wire += request.body
        }
        let again = try requests(in: [wire])
        try expect(!again.isRefused && again.requests == [request], "\(request) is read again as \(again.requests)")
    }

    /// Gives pieces to a reader as a connection does, with what it has not used in front.
    private static func requests(
        in pieces: [[UInt8]]
    ) throws(FuzzFinding) -> (requests: [ReceivedRequest], isRefused: Bool) {
        var reader = RequestReader(headLimitBytes: headLimitBytes)
        var requests: [ReceivedRequest] = []
        var pending: [UInt8] = []
        for piece in pieces {
            pending += piece
            var (position, needsMore) = (0, false)
            while !needsMore {
                guard let event = next(&reader, pending, position) else { return (requests, true) }
                let end = requests.take(event, pending)
                try expect(position...pending.count ~= end, "a reader at \(position) goes on at \(end)")
                if case .more = event { needsMore = true }
                position = end
            }
            pending.removeFirst(position)
        }
        return (requests, false)
    }

    /// `nil` where the bytes break the protocol.
    private static func next(
        _ reader: inout RequestReader, _ bytes: [UInt8], _ position: Int
    ) -> RequestReader.Event? {
        bytes.withUnsafeBytes { buffer in
            do throws(RequestFault) { return try reader.next(buffer, from: position) } catch { return nil }
        }
    }
}

/// A request that was read, with as much of its body as has arrived.
private struct ReceivedRequest: Equatable {
    struct Field: Equatable {
        let name: String
        let value: String
    }

    let method: String
    let target: String
    let fields: [Field]
    let isChunked: Bool
    let isVersion10: Bool
    let isPersistent: Bool
    var body: [UInt8] = []
    var trailers: [Field] = []
    var isComplete = false

    init(_ head: RequestHead) {
        method = head.method
        target = head.target
        fields = head.fields.all.map { Field(name: $0.name, value: $0.value) }
        isChunked = head.framing == .chunked
        isVersion10 = head.isVersion10
        isPersistent = head.isPersistent
    }
}

extension [ReceivedRequest] {
    /// Takes an event; returns where its bytes end.
    fileprivate mutating func take(_ event: RequestReader.Event, _ bytes: [UInt8]) -> Int {
        switch event {
        case .more(let used): return used
        case .head(let head, let end):
            append(ReceivedRequest(head))
            return end
        case .piece(let range):
            self[count - 1].body += bytes[range]
            return range.upperBound
        case .complete(let trailers, let end):
            self[count - 1].trailers = trailers.all.map { .init(name: $0.name, value: $0.value) }
            self[count - 1].isComplete = true
            return end
        }
    }
}
