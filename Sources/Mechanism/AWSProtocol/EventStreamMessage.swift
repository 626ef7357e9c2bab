internal import CZlib

/// A message of an event stream: headers and a payload, with checksums.
///
/// Source: "Amazon Event Stream Specification", Smithy documentation.
public struct EventStreamMessage: Sendable, Equatable {
    /// Headers with text values, in order.
    public var headers: [AWSHeader]
    /// The payload.
    public var payload: [UInt8]

    /// A message with these headers.
    init(headers: [AWSHeader], payload: [UInt8]) {
        self.headers = headers
        self.payload = payload
    }

    /// An event of a stream.
    ///
    /// - Parameters:
    ///   - type: The name of the member in the stream's union.
    ///   - contentType: The payload's media type.
    public init(event type: String, contentType: String, payload: [UInt8]) {
        headers = [
            AWSHeader(":event-type", type), AWSHeader(":content-type", contentType),
            AWSHeader(":message-type", "event"),
        ]
        self.payload = payload
    }

    /// The encoded message.
    public var bytes: [UInt8] {
        var headerBytes: [UInt8] = []
        for header in headers {
            let (name, value) = (Array(header.name.utf8), Array(header.value.utf8))
            headerBytes.append(UInt8(truncatingIfNeeded: name.count))
            headerBytes += name
            headerBytes.append(Self.stringType)
            headerBytes += Self.bigEndian(UInt16(truncatingIfNeeded: value.count)) + value
        }
        var message = Self.bigEndian(UInt32(Self.frameBytes + headerBytes.count + payload.count))
        message += Self.bigEndian(UInt32(headerBytes.count))
        message += Self.bigEndian(Self.checksum(message))
        message += headerBytes
        message += payload
        return message + Self.bigEndian(Self.checksum(message))
    }

    /// The type code of a header with a string value.
    private static let stringType: UInt8 = 7
    /// The size of the two lengths and two checksums.
    private static let frameBytes = 16

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) })
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
