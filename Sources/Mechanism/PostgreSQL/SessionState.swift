internal import Store
internal import Synchronization

/// Whether the session with the database is there. Memory only.
final class SessionState: Sendable {
    private enum State {
        /// The session with this token is there.
        case present(token: Int64)
        /// There is none, for this reason.
        case away(StoreError)
    }

    private let state = Mutex(State.away(.unavailable("the database is not connected yet")))

    /// The random number of the present session, which it has locked; `nil` while there is none. No session has that
    /// of another.
    var token: Int64? {
        state.withLock { if case .present(let token) = $0 { token } else { nil } }
    }

    /// The same where a session is needed.
    func requireToken() throws(StoreError) -> Int64 {
        switch state.withLock(\.self) {
        case .present(let token): return token
        case .away(let error): throw error
        }
    }

    /// A session has begun.
    func didBegin(token: Int64) { state.withLock { $0 = .present(token: token) } }

    /// The session is lost, or could not be begun.
    func didEnd(_ error: StoreError) { state.withLock { $0 = .away(error) } }
}
