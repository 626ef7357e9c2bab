import Store
import StoreEngines
import Testing

@testable import EventQueue

@Suite struct QueueRoomTests {
    @Test func `a function, and an account, have a part of the disk, and others have theirs`() throws {
        let fixture = try QueueFixture { _, _ in nil }
        var limits = EventQueue.Limits()
        let bytes = fixture.event("1", target: "a.1").diskBytes
        (limits.diskBytesPerTarget, limits.diskBytesPerGroup) = (2 * bytes, 3 * bytes)
        for _ in 1...2 {  // a queue that is opened again knows what each has
            let queue = try EventQueue(
                fixture.storage.open("events", migrations: EventQueue.migrations), limits: limits,
                group: { String($0.prefix(1)) }, clock: { fixture.now })
            defer { queue.stop() }
            let accepted = ["a.1", "a.1", "a.1", "a.2", "a.3", "b.1"].filter {
                queue.acceptAndWait(fixture.event("1", target: $0))
            }
            #expect(accepted == ["a.1", "a.1", "a.2", "b.1"])
            #expect(!queue.acceptAndWait(fixture.event("1", target: "a.3")))
            #expect(try queue.purge(EventSelection(targets: ["a.1"])) == 2)
            #expect(queue.acceptAndWait(fixture.event("1", target: "a.3")))
            _ = try queue.purge()
        }
    }

    @Test func `the file of a queue that was long is short again when it was purged`() throws {
        let fixture = try QueueFixture(on: .sqlite) { _, _ in nil }
        let queue = try fixture.open()
        defer { queue.stop() }
        let payload = [UInt8](repeating: 7, count: 250_000)
        for number in 1...200 { #expect(queue.acceptAndWait(fixture.event("\(number)", payload: payload))) }
        #expect(try fixture.fileBytes() > 40_000_000)
        #expect(try queue.purge() == 200)
        #expect(try fixture.fileBytes() < 4_000_000)
        #expect(queue.acceptAndWait(fixture.event("again")))
    }
}
