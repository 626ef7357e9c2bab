internal import Glibc
internal import Synchronization

/// Writes log lines to a descriptor, such as standard error, that may be a pipe with a slow reader.
///
/// A line waits at most a second for its reader. When that second is over, lines are dropped without waiting until the
/// reader reads again, so that a stuck reader cannot delay the server's end.
package final class LogOutput: Sendable {
    private struct State {
        var isStuck = false
        /// Whether the last line was written in part.
        var isCut = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    private static let patienceMilliseconds: Int32 = 1_000
    /// PIPE_BUF of Linux: a pipe that is writable has room for so many bytes (pipe(7)), so write(2) does not block.
    private static let chunkBytes = 4_096

    /// Writes to a descriptor, which stays open.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// Whether the descriptor is a terminal (isatty(3)).
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes a line; returns whether all of it was written.
    package func write(_ line: [UInt8]) -> Bool {
        state.withLock { state in
            var rest = (state.isCut ? [UInt8(ascii: "\n")] : []) + line
            let whole = rest.count
            while !rest.isEmpty {
                let chunk = Array(rest.prefix(Self.chunkBytes))
                guard isWritable(limitMilliseconds: state.isStuck ? 0 : Self.patienceMilliseconds) else {
                    state.isStuck = true
                    break
                }
                let count = Glibc.write(descriptor, chunk, chunk.count)
                if count < 0, errno == EINTR || errno == EAGAIN { continue }
                guard count > 0 else { break }
                state.isStuck = false
                rest.removeFirst(count)
            }
            if rest.count < whole { state.isCut = !rest.isEmpty }
            return rest.isEmpty
        }
    }

    private func isWritable(limitMilliseconds: Int32) -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            let ready = poll(&waiting, 1, limitMilliseconds)
            if ready >= 0 { return ready > 0 }
            if errno != EINTR { return false }
        }
    }
}
