internal import LinuxSystem
internal import Store
internal import Synchronization

/// A call of `write` that waits, for the connection and then for the end of its transaction.
final class PendingWrite: Sendable {
    private let signals = Semaphore()
    private let failure = Mutex<StoreError?>(nil)

    /// Waits for the connection.
    func waitForGrant() { signals.wait() }

    /// Hands the connection over.
    func grant() { signals.signal() }

    /// Waits for the end of the transaction.
    ///
    /// - Throws: Why it could not commit.
    func waitForEnd() throws(StoreError) {
        signals.wait()
        if let failure = failure.withLock(\.self) { throw failure }
    }

    /// The transaction has ended.
    func end(_ failure: StoreError?) {
        if let failure { self.failure.withLock { $0 = failure } }
        signals.signal()
    }
}
