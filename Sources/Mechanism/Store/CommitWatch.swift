/// A point in the history of a store. Two marks are equal only where no commit lies between them.
public struct CommitMark: Hashable, Sendable {
    private let words: SIMD8<UInt64>

    /// Makes a mark of what identifies the point, in the engine's own way.
    public init(_ words: SIMD8<UInt64>) { self.words = words }
}

/// Tells from memory whether a store has changed. Threads that must not wait may ask.
///
/// A commit of this process is seen before its `write` returns. One of another process is seen as soon as the engine
/// learns of it: at once with SQLite, whose processes share memory; when the notification has arrived with PostgreSQL.
public protocol CommitWatch: AnyObject, Sendable {
    /// The present point; `nil` where it is not known (the connection that brings notifications is lost), so that
    /// nothing may be taken for current. Memory only, no system call, no lock that is held across I/O.
    var mark: CommitMark? { get }
}
