internal import LinuxSystem

/// A log file with unread bytes.
struct UnreadLog {
    let name: FilePath
    let stream: String
    let inode: UInt64
    let offset: Int
    let size: Int

    /// Reads complete events, about `count` bytes of them. `nil` when there is none yet, or the file is gone.
    func read(in directory: borrowing FileDescriptor, bytes count: Int) throws(SystemCallError) -> LogPiece? {
        // The file was removed or replaced: the next read finds out.
        guard let file = try? directory.open(at: name, [.read, .noFollow]), try file.status().inode == inode else {
            return nil
        }
        var count = count
        while true {
            let bytes = try file.bytes(count: min(count, size - offset), at: offset)
            let isAll = offset + bytes.count >= size
            let piece = LogPiece(bytes, of: self, isAll: isAll)
            if !piece.entries.isEmpty { return piece }
            if isAll || bytes.isEmpty { return nil }
            count *= 2
        }
    }
}

/// Consecutive events of one stream.
struct LogPiece {
    /// An event, and its end in the file.
    struct Entry {
        var event: LogEvent
        var end: Int
    }

    let inode: UInt64
    /// Whether it reaches the end of the file.
    let isAll: Bool
    private(set) var entries: [Entry] = []

    /// Finds the events in a part of a file.
    ///
    /// The last one is left out when it may continue after the part: its line is incomplete, or continuation lines may
    /// follow.
    init(_ bytes: [UInt8], of log: UnreadLog, isAll: Bool) {
        inode = log.inode
        self.isAll = isAll
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            append(bytes[start..<end], end: log.offset + end + 1, log.stream)
            start = end + 1
        }
        if !isAll, !entries.isEmpty { entries.removeLast() }
    }

    /// Adds a line as a new event, or to the last one when it has no time.
    private mutating func append(_ line: ArraySlice<UInt8>, end: Int, _ stream: String) {
        let last = entries.indices.last
        let time = LogLine.milliseconds(of: line)
        if time == nil, let last {
            entries[last].event.text += "\n" + String(decoding: line, as: UTF8.self)
            entries[last].end = end
            return
        }
        let text = time == nil ? line : line.dropFirst(LogLine.timeLength + 1)
        // After a step back of the clock the order of the file counts.
        let earliest = last.map { entries[$0].event.milliseconds } ?? 0
        let event = LogEvent(
            milliseconds: max(time ?? 0, earliest), stream: stream, text: String(decoding: text, as: UTF8.self))
        entries.append(Entry(event: event, end: end))
    }
}

extension LogLine {
    /// The bytes of a time at the start of a line: `2026-01-31T09:30:00.123Z`.
    static let timeLength = 24

    /// The time at the start of a line, in milliseconds since 1970; `nil` when there is none.
    static func milliseconds(of line: some Collection<UInt8>) -> Int64? {
        let text = Array(line.prefix(timeLength + 1))
        let pattern = Array("0000-00-00T00:00:00.000Z ".utf8)
        guard text.count == pattern.count,
            zip(text, pattern).allSatisfy({ $1 == UInt8(ascii: "0") ? (48...57).contains($0) : $0 == $1 })
        else { return nil }
        func number(_ range: Range<Int>) -> Int64 { text[range].reduce(0) { $0 * 10 + Int64($1 - 48) } }
        let days = day(year: number(0..<4), month: number(5..<7), day: number(8..<10))
        let seconds = ((days * 24 + number(11..<13)) * 60 + number(14..<16)) * 60 + number(17..<19)
        return seconds * 1000 + number(20..<23)
    }

    /// Days since 1970-01-01 in the Gregorian calendar; years are taken to begin in March, so a leap day is their last.
    private static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
