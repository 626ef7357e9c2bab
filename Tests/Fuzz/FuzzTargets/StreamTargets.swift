import SeededRandom
import Telemetry
import ZipForge

@testable import AWSProtocol
@testable import SignatureV4

/// Streams that readers take in pieces as they arrive: what is read must not depend on where they were cut.
extension FuzzTarget {
    /// Bodies in the coding `aws-chunked`; the first byte chooses the kind.
    static let awsChunked = FuzzTarget("aws-chunked") { input in
        var cursor = InputCursor(input)
        let kinds = [
            PayloadHash.unsignedChunksAndTrailer, PayloadHash.signedChunks, PayloadHash.signedChunksAndTrailer,
        ]
        let kind = kinds[cursor.count(upTo: kinds.count - 1)]
        let body = cursor.remainder()
        let whole = decoded([body], kind)
        try expect(decoded(pieces(of: body), kind) == whole, "a body is another one in pieces")
        guard let content = whole?.content else { return }
        try expect(content.count < max(1, body.count), "\(body.count) bytes have \(content.count) of content")
        let head = content.isEmpty ? [] : Array("\(String(content.count, radix: 16))\r\n".utf8) + content + [13, 10]
        let again = decoded([head + Array("0\r\n\r\n".utf8)], PayloadHash.unsignedChunksAndTrailer)
        try expect(again?.content == content, "content that is sent again is other content")
    }

    private struct ChunkedContent: Equatable {
        var content: [UInt8] = []
        var trailers: [ChunkStream.Trailer] = []
    }

    /// `nil` where the body is refused.
    private static func decoded(_ pieces: [[UInt8]], _ kind: String) -> ChunkedContent? {
        guard var stream = ChunkStream(kind: kind, chain: nil) else { return nil }
        var result = ChunkedContent()
        do throws(SignatureFault) {
            for piece in pieces {
                let fault = piece.withUnsafeBytes { bytes -> SignatureFault? in
                    do throws(SignatureFault) {
                        try stream.receive(bytes) { result.content += $0 }
                        return nil
                    } catch { return error }
                }
                if let fault { throw fault }
            }
            result.trailers = try stream.finish(decodedLength: nil)
            return result
        } catch {
            return nil
        }
    }

    /// Event streams: as they are, and as frames of the input's headers and payloads with right checksums.
    static let eventStream = FuzzTarget("event-stream") { input in
        try checkEvents(Array(input))
        var cursor = InputCursor(input)
        var stream: [UInt8] = []
        for _ in 0..<8 where !cursor.isAtEnd { stream += frame(cursor.bytes(), cursor.bytes()) }
        try checkEvents(stream)
    }

    private static func checkEvents(_ stream: [UInt8]) throws(FuzzFinding) {
        let whole = events(in: [stream])
        try expect(events(in: pieces(of: stream)) == whole, "events are others in pieces")
        let written = whole.messages.flatMap(\.bytes)
        let again = events(in: [written])
        try expect(again.messages == whole.messages && again.fault == nil, "written events are read as others")
        try expect(written.count <= stream.count, "\(stream.count) bytes have events of \(written.count)")
    }

    private static func events(in pieces: [[UInt8]]) -> (messages: [EventStreamMessage], fault: String?) {
        var reader = EventStreamReader()
        var messages: [EventStreamMessage] = []
        do throws(EventStreamReader.Fault) {
            for piece in pieces {
                reader.append(piece)
                while let message = try reader.next() { messages.append(message) }
            }
            return (messages, nil)
        } catch {
            return (messages, error.description)
        }
    }

    private static func frame(_ headers: [UInt8], _ payload: [UInt8]) -> [UInt8] {
        var frame = bigEndian(16 + headers.count + payload.count) + bigEndian(headers.count)
        frame += bigEndian(Int(crc32(frame)))
        frame += headers + payload
        return frame + bigEndian(Int(crc32(frame)))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    /// The lines that a function prints.
    static let lines = FuzzTarget("lines") { input in
        let limit = 40
        let whole = lines(in: [Array(input)], limit)
        try expect(lines(in: pieces(of: Array(input)), limit) == whole, "lines are others in pieces")
        for line in whole {
            // A byte that is not UTF-8 becomes a character of three.
            try expect(line.utf8.count <= 3 * limit && !line.utf8.contains(10), "a line is '\(line)'")
        }
        let ends = input.count { $0 == UInt8(ascii: "\n") }
        try expect(whole.count <= ends + input.count / limit + 1, "\(whole.count) lines")
    }

    private static func lines(in pieces: [[UInt8]], _ limit: Int) -> [String] {
        var splitter = LineSplitter(limitBytes: limit)
        return pieces.flatMap { splitter.feed($0) } + splitter.flush()
    }

    /// The bytes in pieces whose lengths follow from them.
    static func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var random = SeededGenerator(for: bytes)
        let longest = Int.random(in: 1...max(1, min(100, bytes.count)), using: &random)
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            pieces.append(Array(rest.prefix(Int.random(in: 1...longest, using: &random))))
            rest = rest.dropFirst(pieces[pieces.count - 1].count)
        }
        return pieces
    }
}
