import Glibc

@testable import SQLite

/// A database file in a temporary folder, which is removed with it.
final class DatabaseFile {
    let path: String
    private let folder: String

    init() throws {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SQLiteError(code: errno, message: "mkdtemp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/test.db"
    }

    deinit {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(folder)
    }

    func open(_ migrations: [Migration] = [DatabaseFile.items]) throws -> Database {
        try Database(path: path, migrations: migrations)
    }

    static let items = Migration("items", "CREATE TABLE item (name TEXT PRIMARY KEY, size INTEGER, data BLOB) STRICT")
}
