import LinuxSystem
import Store
import Testing

@testable import PostgreSQL

/// One server at a time uses a database, and what it has read is known to be current.
@Suite struct ServerSessionTests {
    private let place: TestDatabase

    init() throws { place = try TestDatabase() }

    @Test func `a second server is refused while the first runs, and a tool is not`() throws {
        let first = try place.storage()
        let error = #expect(throws: StoreError.self) { try place.storage() }
        #expect(error?.kind == .invalid)
        #expect(error?.message.contains("another Strata server uses this database (from a local socket") == true)
        try place.storage(.tool).items().insert("by a tool")
        #expect(try first.items().names() == ["by a tool"])
        first.close()
        let second = try place.storage()
        #expect(try second.items().names() == ["by a tool"])
    }

    @Test func `a server that was replaced writes no more`() throws {
        let lost = Semaphore()
        let regained = Semaphore()
        let storage = try place.storage { event in
            switch event {
            case .lost: lost.signal()
            case .regained: regained.signal()
            }
        }
        let database = try storage.items()
        try database.insert("a")
        let other = try place.connect()
        // Waits in line for the lock, and has it as soon as the session ends.
        let isLocked = Semaphore()
        try withThreads(2) { [place] thread in
            if thread == 0 {
                try other.execute("SELECT pg_advisory_lock(\(ServerLocks.server))")
                isLocked.signal()
            } else {
                let connection = try place.connect()
                while try connection.result(of: Self.waiting).firstText() != "1" {}
                _ = try connection.result(of: Self.endHolder)
            }
        }
        isLocked.wait()
        lost.wait()
        let error = #expect(throws: StoreError.self) { try database.insert("b") }
        #expect(error?.kind == .unavailable)
        try other.execute("SELECT pg_advisory_unlock_all()")
        regained.wait()
        try database.insert("c")
        #expect(try database.names() == ["a", "c"])
    }

    private static let locks =
        "pg_locks WHERE locktype = 'advisory' AND objid = \(ServerLocks.server & 0xffff_ffff)"
        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    private static let waiting = "SELECT count(*) FROM \(locks) AND NOT granted"
    private static let endHolder = "SELECT pg_terminate_backend(pid) FROM \(locks) AND granted"

    @Test func `connections that were lost while idle are replaced unnoticed`() throws {
        let storage = try place.storage()
        let database = try storage.items()
        try withThreads(4) { thread in try database.insert("\(thread)") }
        let others = try place.connect()
        // Those that share the lock of the pool, not the server's session.
        try others.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """)
        #expect(try database.names() == ["0", "1", "2", "3"])
        try database.insert("4")
    }

    @Test func `a value is current until a commit, of this or of another process`() throws {
        let storage = try place.storage()
        let database = try storage.items()
        let other = try place.storage(.tool).items()
        let names = try CachedRead(database) { connection throws(StoreError) in
            try connection.all("SELECT name FROM item ORDER BY name") { $0.text(0) }
        }
        #expect(!names.isCurrent)
        for number in 0..<3 {
            try names.refresh()
            #expect(names.isCurrent)
            try database.insert("own \(number)")
            #expect(!names.isCurrent)
            try names.refresh()
            try other.insert("other \(number)")
            // The notification is on its way.
            while names.isCurrent {}
            #expect(names.value?.count == number * 2 + 1)
        }
        try names.refresh()
        #expect(names.value?.count == 6)
        _ = try other.names()
        #expect(throws: StoreError.self) { try other.insert("own 0") }
        #expect(names.isCurrent)
    }

    @Test func `a database of a newer version is refused and not touched`() throws {
        let storage = try place.storage()
        let more = Migration("more", "ALTER TABLE item ADD COLUMN color TEXT")
        _ = try storage.open("items", migrations: [TestDatabase.items, more])
        #expect(throws: StoreError.self) { try storage.items() }
        _ = try storage.open("items", migrations: [TestDatabase.items, more])
    }

    @Test func `a migration that fails leaves the database unchanged`() throws {
        let storage = try place.storage()
        let broken = Migration("broken", "CREATE TABLE half (a TEXT); CREATE TABLE item (b TEXT)")
        #expect(throws: StoreError.self) { try storage.open("items", migrations: [TestDatabase.items, broken]) }
        let tables = try storage.items().read { connection throws(StoreError) in
            try connection.all("SELECT relname FROM pg_class WHERE relname = 'half'") { $0.text(0) }
        }
        #expect(tables == [])
    }

    @Test(arguments: ["postgres://strata:secret@/absent?host=/dev/null", "postgres://strata:secret@127.0.0.1:1/absent"])
    func `a database that cannot be reached is reported without the password`(_ url: String) throws {
        let address = try DatabaseAddress(url)
        let error = #expect(throws: StoreError.self) { try PostgreSQLStorage(address, role: .server) }
        #expect(error?.kind == .unavailable)
        #expect(error?.description.contains("secret") == false)
    }
}
