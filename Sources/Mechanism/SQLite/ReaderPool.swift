/// Idle connections, in a linked list because an array cannot hold noncopyable values.
struct ReaderPool: ~Copyable {
    private final class Link {
        var connection: Connection?
        let next: Link?

        init(_ connection: consuming Connection, next: Link?) {
            self.connection = consume connection
            self.next = next
        }
    }

    private var first: Link?
    private var count = 0

    /// Takes a connection out; `nil` when none is idle.
    mutating func take() -> Connection? {
        guard let link = first else { return nil }
        first = link.next
        count -= 1
        return link.connection.take()
    }

    /// Returns a connection to the pool, or closes it when `maximumCount` are idle.
    mutating func put(_ connection: consuming Connection, maximumCount: Int) {
        guard count < maximumCount else { return }
        first = Link(connection, next: first)
        count += 1
    }
}
