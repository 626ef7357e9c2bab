internal import Glibc
internal import PostgreSQL
internal import PostgreSQLCluster
internal import SQLite
internal import Store
public import Testing

/// An engine that the contract suites of stores run on.
public struct TestEngine: Sendable {
    /// Its name, as in `STRATA_TEST_ENGINE`.
    public let name: String
    /// Opens storage of its own for a test. `folder` is an empty folder, which is removed after the test; `release`
    /// removes what is elsewhere.
    let open: @Sendable (_ folder: String) throws -> (storage: any Storage, release: @Sendable () -> Void)

    /// All engines; a test fails on one that is not installed. The variable `STRATA_TEST_ENGINE` selects one, to see
    /// which one fails, or to do without PostgreSQL.
    public static let all: [TestEngine] = {
        let engines = [sqlite, postgreSQL]
        guard let wanted = getenv("STRATA_TEST_ENGINE").map({ String(cString: $0) }) else { return engines }
        let selected = engines.filter { $0.name == wanted }
        precondition(!selected.isEmpty, "STRATA_TEST_ENGINE is '\(wanted)': it names \(engines.map(\.name))")
        return selected
    }()

    /// SQLite, in files of the folder.
    public static let sqlite = TestEngine(name: "sqlite") { folder in (SQLiteStorage(folder: folder), {}) }

    /// PostgreSQL, in a database of the test's own on a server that all tests of the process share.
    public static let postgreSQL = TestEngine(name: "postgresql") { _ in
        let url = try PostgreSQLCluster.newDatabase()
        let storage = try PostgreSQLStorage(DatabaseAddress(url), role: .server)
        let release = { @Sendable in
            storage.close()
            PostgreSQLCluster.drop(url)
        }
        return (storage, release)
    }

    /// The engine that the test under way runs on.
    @TaskLocal public static var current = TestEngine.sqlite
}

/// Runs each test of a suite once on every engine: ``TestEngine/current``.
public struct OnEveryEngine: SuiteTrait, TestTrait, TestScoping {
    /// It applies to the tests of a suite one by one.
    public var isRecursive: Bool { true }

    /// Runs a test on each engine, one after the other.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        for engine in TestEngine.all {
            try await TestEngine.$current.withValue(engine) { try await function() }
        }
    }
}

extension Trait where Self == OnEveryEngine {
    /// Runs each test of a suite once on every engine.
    public static var onEveryEngine: OnEveryEngine { OnEveryEngine() }
}
