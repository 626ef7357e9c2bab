// Measures durable writes of small rows: `WriteRate FOLDER WRITERS SECONDS` prints how many a second were durable.
// Instead of a folder for SQLite's files there may be the URL of a PostgreSQL database.
// Each writer writes one row, waits until it is durable, and writes the next.

internal import Glibc
internal import LinuxSystem
internal import PostgreSQL
internal import SQLite
internal import Store
internal import Synchronization

private let rowBytes = 1_024

private func fail(_ message: String) -> Never {
    let line = Array("WriteRate: \(message)\n".utf8)
    write(STDERR_FILENO, line, line.count)
    exit(1)
}

guard CommandLine.arguments.count == 4, let writers = Int(CommandLine.arguments[2]),
    let seconds = Double(CommandLine.arguments[3])
else { fail("usage: WriteRate FOLDER|URL WRITERS SECONDS") }

private let rows = Migration("rows", "CREATE TABLE row (id INTEGER PRIMARY KEY, writer INTEGER, data BLOB) STRICT")

do {
    let place = CommandLine.arguments[1]
    let storage: any Storage =
        place.hasPrefix("postgres://")
        ? try PostgreSQLStorage(DatabaseAddress(place), role: .server) : SQLiteStorage(folder: place)
    let database = try storage.open("write_rate", migrations: [rows])
    let data = [UInt8](repeating: 7, count: rowBytes)
    let start = MonotonicClock.nowNanoseconds()
    let end = start + UInt64(seconds * 1e9)
    let counts = Mutex(0)
    let threads = try (0..<writers).map { writer in
        try SystemThread(name: "writer") {
            var count = 0
            while MonotonicClock.nowNanoseconds() < end {
                do throws(StoreError) {
                    try database.write { connection throws(StoreError) in
                        _ = try connection.run(
                            "INSERT INTO row (writer, data) VALUES (?, ?)", [.integer(writer), .blob(data)])
                    }
                } catch { fail("\(error)") }
                count += 1
            }
            counts.withLock { $0 += count }
        }
    }
    for thread in threads { thread.join() }
    let taken = Double(MonotonicClock.nowNanoseconds() - start) / 1e9
    let written = counts.withLock(\.self)
    let found = try database.read { connection throws(StoreError) in
        try connection.first("SELECT count(*) FROM row") { $0.integer(0) } ?? 0
    }
    guard found >= written else { fail("\(written) rows were acknowledged, \(found) are there") }
    print(Int(Double(written) / taken))
} catch { fail("\(error)") }
