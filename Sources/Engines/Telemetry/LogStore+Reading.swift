public import Domain
internal import Glibc
public import LinuxSystem

extension LogStore {
    /// Reads the next page of a function's log: all streams merged in the order of time.
    ///
    /// Continue with the page's cursor to read later events. Streams are written independently, so a later page may
    /// start with an event that is a little older than the last one of this page.
    ///
    /// - Parameter limitBytes: About how much to read; more where one line of each stream is more.
    /// - Returns: `nil` when the function has no log.
    public func read(
        _ function: FunctionID, from cursor: LogCursor, limitBytes: Int = 1 << 20
    ) throws(SystemCallError) -> LogPage? {
        guard let directory = try openFolder(of: function) else { return nil }
        var offsets: [UInt64: Int] = [:]
        var unread: [UnreadLog] = []
        for name in try directory.entryNames() {
            // A file may have been removed since its name was read: its stream was rotated twice.
            guard let stream = LogStreamName.stream(ofFile: name.description),
                let status = try directory.statusIfPresent(at: name), status.kind == .file,
                Int64(status.modificationTimeSeconds + 1) * 1000 > cursor.sinceMilliseconds
            else { continue }
            let known = cursor.offsets[status.inode] ?? 0
            let offset = known <= status.size ? known : 0
            offsets[status.inode] = offset
            guard offset < status.size else { continue }
            unread.append(
                UnreadLog(name: name, stream: stream, inode: status.inode, offset: offset, size: status.size))
        }
        let share = max(16_384, limitBytes / max(1, unread.count))
        var pieces: [LogPiece] = []
        for log in unread {
            if let piece = try log.read(in: directory, bytes: share) { pieces.append(piece) }
        }
        return Self.merge(pieces, sinceMilliseconds: cursor.sinceMilliseconds, offsets)
    }

    private func openFolder(of function: FunctionID) throws(SystemCallError) -> FileDescriptor? {
        do throws(SystemCallError) {
            return try FileDescriptor.open(FilePath(folder(of: function)), [.read, .directory])
        } catch {
            guard error.number == ENOENT else { throw error }
            return nil
        }
    }

    /// Merges pieces of streams up to the time that all of them reach.
    private static func merge(
        _ pieces: [LogPiece], sinceMilliseconds: Int64, _ offsets: [UInt64: Int]
    ) -> LogPage {
        let horizon = pieces.filter { !$0.isAll }.compactMap { $0.entries.last?.event.milliseconds }.min() ?? .max
        var cursor = LogCursor(sinceMilliseconds: sinceMilliseconds, offsets: offsets)
        var events: [LogEvent] = []
        for piece in pieces {
            let taken = piece.entries.prefix { $0.event.milliseconds <= horizon }
            if let last = taken.last { cursor.offsets[piece.inode] = last.end }
            events += taken.map(\.event).filter { $0.milliseconds >= sinceMilliseconds }
        }
        // The sort is stable and keeps the order within a stream.
        events.sort { $0.milliseconds < $1.milliseconds }
        return LogPage(events: events, cursor: cursor, hasMore: horizon != .max)
    }
}

extension LogStreamName {
    /// The stream that a file belongs to; `nil` for any other file.
    static func stream(ofFile name: String) -> String? {
        guard let suffix = [".log", ".log.older"].first(where: { name.hasSuffix($0) }) else { return nil }
        let name = name.dropLast(suffix.count)
        return String(name.prefix(11)).replacing("-", with: "/") + String(name.dropFirst(11))
    }
}
