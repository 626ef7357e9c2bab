import Store
import StoreEngines
import Testing

@testable import EventQueue

@Suite struct EventRestartTests {
    @Test func `an event whose handler never answered is handled again after a restart`() throws {
        let fixture = try QueueFixture { event, _ in event.event.requestID == "lost" ? nil : .finished() }
        let first = try fixture.open()
        #expect(first.acceptAndWait(fixture.event("lost")))
        _ = try fixture.wait(for: 1)
        first.stop()
        let second = try fixture.open()
        defer { second.stop() }
        #expect(try fixture.wait(for: 2).map(\.event.requestID) == ["lost", "lost"])
    }

    @Test func `an event that waited for what a restart can change is due after it, without its old reason`() throws {
        let fixture = try QueueFixture { _, now in
            .postponed(untilMilliseconds: now + 60_000, isRetry: false, reason: "no endpoint")
        }
        let first = try fixture.open()
        for target in ["remote", "own"] { #expect(first.acceptAndWait(fixture.event(target, target: target))) }
        try fixture.wait(until: { try first.list(limit: 2).filter { $0.attempts == 1 }.count == 2 })
        first.stop()
        let second = try EventQueue(
            fixture.storage.open("events", migrations: EventQueue.migrations), clock: { fixture.now })
        defer { second.stop() }
        second.start(fixture, retrying: { $0 == "remote" })
        let again = try #require(try fixture.wait(for: 3).last)
        #expect((again.event.requestID, again.reason, again.attempts) == ("remote", "", 1))
        try fixture.wait(until: { try second.list(limit: 2).contains { $0.attempts == 2 } })
        #expect(try second.list(limit: 2).map(\.attempts).sorted() == [1, 2])
    }
}
