import Testing

@testable import AWSProtocol

@Suite struct EventStreamMessageTests {
    @Test func `a message is framed with its lengths and checksums`() {
        let message = EventStreamMessage(event: "E", contentType: "t", payload: [1, 2])
        let headers: [UInt8] =
            [11] + Array(":event-type".utf8) + [7, 0, 1] + Array("E".utf8)
            + [13] + Array(":content-type".utf8) + [7, 0, 1] + Array("t".utf8)
            + [13] + Array(":message-type".utf8) + [7, 0, 5] + Array("event".utf8)
        let bytes = message.bytes
        let total = UInt8(16 + headers.count + 2)
        // Total length, header length; then the checksum of these eight bytes.
        #expect(bytes.prefix(8) == [0, 0, 0, total, 0, 0, 0, UInt8(headers.count)])
        #expect(bytes[12..<(12 + headers.count)].elementsEqual(headers))
        // The payload, then the checksum of everything before it.
        #expect(bytes.dropLast(4).suffix(2) == [1, 2])
        #expect(bytes.count == Int(total))
    }

    @Test func `the specification's empty message has its checksums`() {
        var message = EventStreamMessage(event: "", contentType: "", payload: [])
        message.headers = []
        #expect(
            message.bytes == [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xC2, 0x48, 0xEB, 0x7D, 0x98, 0xC8, 0xFF])
    }
}
