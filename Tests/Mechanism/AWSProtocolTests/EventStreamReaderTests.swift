import SeededRandom
import Testing

@testable import AWSProtocol

struct EventStreamReaderTests {
    private let messages = [
        EventStreamMessage(event: "A", contentType: "text/plain", payload: [1, 2, 3]),
        EventStreamMessage(event: "B", contentType: "application/json", payload: []),
    ]

    @Test func `messages are found wherever the stream was cut`() throws {
        let bytes = messages.flatMap(\.bytes)
        for cut in bytes.indices {
            var reader = EventStreamReader()
            var found: [EventStreamMessage] = []
            for piece in [bytes[..<cut], bytes[cut...]] {
                reader.append(piece)
                while let message = try reader.next() { found.append(message) }
            }
            #expect(found == messages)
        }
    }

    @Test func `a message with a wrong checksum or length is refused`() {
        for place in messages[0].bytes.indices {
            var bytes = messages[0].bytes
            bytes[place] ^= 1
            var reader = EventStreamReader()
            reader.append(bytes)
            #expect(throws: EventStreamReader.Fault.self) { try reader.next() }
        }
    }

    @Test func `no bytes can do worse than a fault`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = messages.flatMap(\.bytes)
        for _ in 0..<20_000 {
            var reader = EventStreamReader()
            reader.append(random.mutated(bytes))
            do throws(EventStreamReader.Fault) {
                while let message = try reader.next() { #expect(messages.contains(message), "seed \(seed)") }
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
