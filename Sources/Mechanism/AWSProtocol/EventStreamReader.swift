internal import CZlib

/// Cuts a stream of bytes into the messages of an event stream, and checks their lengths and checksums.
///
/// Source: "Amazon Event Stream Specification", Smithy documentation.
public struct EventStreamReader: Sendable {
    /// Why a stream is refused.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        /// For people.
        public let description: String
    }

    /// The longest message, and the longest headers of one (the specification's limits).
    public static let messageLimitBytes = 16 * 1024 * 1024
    static let headersLimitBytes = 128 * 1024

    /// Two lengths and their checksum; the message's own checksum is as long as a length.
    private static let preludeBytes = 12
    private static let checksumBytes = 4

    /// A slice, so that taking a message moves nothing.
    private var pending: ArraySlice<UInt8> = []

    /// A stream of which nothing has arrived.
    public init() {}

    /// Takes bytes that have arrived.
    public mutating func append(_ bytes: some Sequence<UInt8>) { pending += bytes }

    /// The next message; `nil` while it has not arrived as a whole. After a fault the stream is of no more use.
    public mutating func next() throws(Fault) -> EventStreamMessage? {
        guard pending.count >= Self.preludeBytes else { return nil }
        let (total, headers) = (Int(number(at: 0)), Int(number(at: 4)))
        guard number(at: 8) == checksum(upTo: 8) else { throw Fault(description: "The lengths' checksum is wrong.") }
        guard total <= Self.messageLimitBytes, headers <= Self.headersLimitBytes,
            headers <= total - Self.preludeBytes - Self.checksumBytes
        else { throw Fault(description: "A message has lengths that can not be.") }
        guard pending.count >= total else { return nil }
        guard number(at: total - Self.checksumBytes) == checksum(upTo: total - Self.checksumBytes) else {
            throw Fault(description: "A message's checksum is wrong.")
        }
        let start = pending.startIndex + Self.preludeBytes
        let message = EventStreamMessage(
            headers: try Self.headers(in: pending[start..<start + headers]),
            payload: Array(pending[start + headers..<pending.startIndex + total - Self.checksumBytes]))
        pending = pending.dropFirst(total)
        return message
    }

    /// The headers with text values. Those of other types are checked and left out: no event of AWS's services has one.
    private static func headers(in bytes: ArraySlice<UInt8>) throws(Fault) -> [AWSHeader] {
        var rest = bytes
        var headers: [AWSHeader] = []
        while let length = rest.popFirst() {
            let name = try take(Int(length), from: &rest)
            let type = try take(1, from: &rest).first ?? 0
            let value = try take(try size(ofType: type, in: &rest), from: &rest)
            guard let name = String(validating: name, as: UTF8.self), !name.isEmpty else { throw malformedHeader }
            guard type == textType else { continue }
            guard let value = String(validating: value, as: UTF8.self) else { throw malformedHeader }
            headers.append(AWSHeader(name, value))
        }
        return headers
    }

    /// The size of a header's value: fixed for numbers, or said in front of it.
    private static func size(ofType type: UInt8, in rest: inout ArraySlice<UInt8>) throws(Fault) -> Int {
        switch type {
        case 0, 1: 0
        case 2: 1
        case 3: 2
        case 4: 4
        case 5, 8: 8
        case 6, textType: try take(2, from: &rest).reduce(0) { $0 << 8 | Int($1) }
        case 9: 16
        default: throw malformedHeader
        }
    }

    private static func take(_ count: Int, from rest: inout ArraySlice<UInt8>) throws(Fault) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw malformedHeader }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private static let textType: UInt8 = 7
    private static let malformedHeader = Fault(description: "A message's header is malformed.")

    private func number(at place: Int) -> UInt32 {
        pending.dropFirst(place).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func checksum(upTo end: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: pending.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, end) })
    }
}
