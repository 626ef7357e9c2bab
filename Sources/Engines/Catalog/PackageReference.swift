public import Digest
internal import SQLite

/// A row's reference to a stored package.
public struct PackageReference: Hashable, Sendable {
    /// The zip's SHA-256.
    public let digest: SHA256Digest
    /// The zip's size, in bytes: what counts against the account's code storage.
    public let zipBytes: Int

    /// Refers to a package.
    public init(digest: SHA256Digest, zipBytes: Int) {
        self.digest = digest
        self.zipBytes = zipBytes
    }

    /// Reads two columns of a row.
    init(_ row: borrowing Row, _ column: Int32) throws(SQLiteError) {
        guard let digest = SHA256Digest(bytes: row.blob(column)) else { throw .damagedRow("digest") }
        self.init(digest: digest, zipBytes: row.integer(column + 1))
    }

    /// The two columns' values.
    var values: [SQLiteValue] { [.blob(digest.bytes), .integer(zipBytes)] }
}

extension SQLiteError {
    /// A row has a value that the catalogue never writes (`SQLITE_CORRUPT`).
    static func damagedRow(_ column: String) -> SQLiteError {
        SQLiteError(code: 11, message: "the column '\(column)' holds what this program does not write")
    }
}
