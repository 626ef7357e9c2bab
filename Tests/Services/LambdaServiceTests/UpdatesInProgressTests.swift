import Domain
import LambdaModel
import ServiceKit
import Synchronization
import Testing

@testable import LambdaService

/// What readers and other updates see of an update.
@Suite struct UpdatesInProgressTests {
    private final class ManualClock: Sendable {
        private let now = Mutex<UInt64>(1_000_000_000)
        func nanoseconds() -> UInt64 { now.withLock { $0 } }
        func advance(seconds: Double) { now.withLock { $0 += UInt64(seconds * 1_000_000_000) } }
    }

    private let clock = ManualClock()
    private let function: FunctionID

    init() throws { function = try RouteCacheTests.target("thumbnails").function }

    private func updates(delaySeconds: Double) -> UpdatesInProgress {
        UpdatesInProgress(delaySeconds: delaySeconds) { [clock] in clock.nanoseconds() }
    }

    private func seen(_ updates: UpdatesInProgress) -> (status: Lambda.LastUpdateStatus?, revision: String?) {
        var configuration = Lambda.FunctionConfiguration(revisionId: "stored", lastUpdateStatus: .successful)
        updates.mark(&configuration, of: function)
        return (configuration.lastUpdateStatus, configuration.revisionId)
    }

    @Test func `an update is reported for the delay, with the revision of its response`() throws {
        let updates = updates(delaySeconds: 0.2)
        try updates.run(on: function) { updates.didUpdate(function, revision: "interim") }
        clock.advance(seconds: 0.199)
        #expect(seen(updates) == (.inProgress, "interim"))
        #expect(throws: ServiceError.self) { try updates.run(on: function) {} }
        clock.advance(seconds: 0.001)
        #expect(seen(updates) == (.successful, "stored"))
        try updates.run(on: function) {}
    }

    @Test func `without a delay an update is in progress only while it runs`() throws {
        let updates = updates(delaySeconds: 0)
        try updates.run(on: function) {
            #expect(seen(updates) == (.inProgress, "stored"))
            updates.didUpdate(function, revision: "interim")
        }
        #expect(seen(updates) == (.successful, "stored"))
    }

    @Test func `a deleted function has no update in progress`() throws {
        let updates = updates(delaySeconds: 60)
        updates.didUpdate(function, revision: "interim")
        updates.forget(function)
        #expect(seen(updates) == (.successful, "stored"))
        try updates.run(on: function) {}
    }
}
