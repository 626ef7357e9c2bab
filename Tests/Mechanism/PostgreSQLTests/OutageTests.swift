import LinuxSystem
import PostgreSQLCluster
import Store
import Synchronization
import Testing

@testable import PostgreSQL

/// The database ends, and comes back.
@Suite struct OutageTests {
    private let cluster: PostgreSQLCluster
    private let place: TestDatabase
    private let storage: PostgreSQLStorage
    private let database: Database
    private let lost = Semaphore()
    private let regained = Semaphore()

    init() throws {
        cluster = try PostgreSQLCluster()
        place = try TestDatabase(cluster)
        storage = try place.storage { [lost, regained] event in
            switch event {
            case .lost: lost.signal()
            case .regained: regained.signal()
            }
        }
        database = try storage.items()
    }

    @Test func `calls fail at once while the database is away, and work when it is back`() throws {
        let watched = try CachedRead(database) { connection throws(StoreError) in
            try connection.all("SELECT name FROM item") { $0.text(0) }
        }
        try database.insert("before")
        try watched.refresh()
        #expect(watched.isCurrent)
        try cluster.stop()
        lost.wait()
        for _ in 0..<3 {
            #expect(throws: StoreError.self) { try database.insert("meanwhile") }
            let error = #expect(throws: StoreError.self) { try database.names() }
            #expect(error?.kind == .unavailable)
            #expect(error?.isOutcomeUnknown == false)
            #expect(error?.description.contains("secret") == false)
        }
        #expect(!watched.isCurrent)
        #expect(throws: StoreError.self) { try watched.refresh() }
        try cluster.start()
        regained.wait()
        try database.insert("after")
        #expect(try database.names() == ["after", "before"])
        #expect(!watched.isCurrent, "what happened meanwhile is not known")
        try watched.refresh()
        #expect(watched.isCurrent)
        #expect(watched.value?.sorted() == ["after", "before"])
    }

    @Test func `calls fail at once while the database is away, also where every connection is in use`() throws {
        let begun = Semaphore()
        let end = Semaphore()
        let threads = try (0..<ConnectionPool.capacity).map { _ in
            try SystemThread(name: "reader") { [database] in
                try? database.read { _ throws(StoreError) in
                    begun.signal()
                    end.wait()
                }
            }
        }
        for _ in threads { begun.wait() }
        try cluster.stop()
        lost.wait()
        let error = #expect(throws: StoreError.self) { try database.names() }
        #expect(error?.kind == .unavailable, "a call that waits for a connection reports that all are in use")
        for _ in threads { end.signal() }
        for thread in threads { thread.join() }
    }

    @Test(arguments: [false, true])
    func `what was answered is there after the database was ended amid writes`(_ byKill: Bool) throws {
        let answered = Mutex<[String]>([])
        let unknown = Mutex<[String]>([])
        let underWay = Semaphore()
        let isOver = Atomic(false)
        let work = { @Sendable [database] (thread: Int) in
            var number = 0
            while !isOver.load(ordering: .relaxed) {
                number += 1
                let name = "\(thread)-\(number)"
                do throws(StoreError) {
                    try database.insert(name)
                    answered.withLock { $0.append(name) }
                    if number == 20 { underWay.signal() }
                } catch {
                    #expect(error.kind == .unavailable, "\(error)")
                    if error.isOutcomeUnknown { unknown.withLock { $0.append(name) } }
                }
            }
        }
        try withThreads(5) { [cluster, regained] thread in
            guard thread == 4 else { return work(thread) }
            for _ in 0..<4 { underWay.wait() }
            for _ in 0..<3 {
                try byKill ? cluster.kill() : cluster.stop()
                try cluster.start()
                regained.wait()
            }
            isOver.store(true, ordering: .relaxed)
        }
        let found = Set(try database.names())
        let known = Set(answered.withLock(\.self))
        #expect(known.isSubset(of: found))
        #expect(found.subtracting(known).isSubset(of: unknown.withLock { Set($0) }), "what failed is not there")
    }

    @Test func `a commit whose answer was lost is looked up`() throws {
        try whileCommitting("kept") { try cluster.run(Self.endWaitingCommit) }
        #expect(try database.names() == ["kept"])
    }

    @Test func `one call at a time looks up a lost commit`() throws {
        let id = try database.write { connection throws(StoreError) in
            try connection.first("SELECT CAST(pg_current_xact_id() AS TEXT)") { $0.text(0) }
        }
        let transaction = try #require(id)
        let token = try storage.session.state.requireToken()
        // Seconds for which each new connection takes its time: all four calls are made meanwhile.
        try cluster.run("ALTER SYSTEM SET post_auth_delay = 3")
        try cluster.run("SELECT pg_reload_conf()")
        while try cluster.run("SHOW post_auth_delay") != "3s " {}
        let outcomes = Mutex<[ServerSession.Outcome]>([])
        try withThreads(4) { [storage] _ in
            let outcome = try storage.session.outcome(ofTransaction: transaction, token: token)
            outcomes.withLock { $0.append(outcome) }
        }
        #expect(outcomes.withLock(\.self) == [.inProgress, .inProgress, .inProgress, .committed])
    }

    @Test func `a commit that the database undid is reported as not made`() throws {
        try database.write { connection throws(StoreError) in
            try connection.execute(
                """
                CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
                CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION leave()
                """)
        }
        let error = #expect(throws: StoreError.self) { try database.insert("a") }
        #expect(error?.kind == .unavailable)
        #expect(error?.isOutcomeUnknown == false)
        #expect(try database.names() == [])
    }

    @Test func `a commit of which nothing can be learned is reported as such`() throws {
        let error = #expect(throws: StoreError.self) {
            try whileCommitting("perhaps") { try cluster.stop() }
        }
        #expect(error?.kind == .unavailable)
        #expect(error?.isOutcomeUnknown == true)
        try cluster.start()
        regained.wait()
        #expect(try database.names() == ["perhaps"])
    }

    /// Waits for a stand-by server that does not exist, in COMMIT: the transaction is on the disk then.
    private func whileCommitting(_ name: String, _ act: () throws -> Void) throws {
        try cluster.run("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
        try cluster.run("SELECT pg_reload_conf()")
        while try cluster.run("SHOW synchronous_standby_names") != "absent " {}
        let result = Mutex<Result<Void, any Error>?>(nil)
        let thread = try SystemThread(name: "commit") { [database] in
            let outcome = Result { try database.insert(name) }
            result.withLock { $0 = outcome }
        }
        while try cluster.run("SELECT count(*) \(Self.waitingCommits)") != "1 " {}
        try act()
        thread.join()
        try result.withLock(\.self)?.get()
    }

    private static let waitingCommits = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    private static let endWaitingCommit = "SELECT pg_terminate_backend(pid) \(waitingCommits)"
}
