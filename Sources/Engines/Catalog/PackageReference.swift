public import Digest
internal import Store

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
    init(_ row: borrowing Row, _ column: Int) throws(StoreError) {
        guard let digest = SHA256Digest(bytes: row.blob(column)) else { throw .damagedRow("digest") }
        self.init(digest: digest, zipBytes: row.integer(column + 1))
    }

    /// The two columns' values.
    var values: [StoreValue] { [.blob(digest.bytes), .integer(zipBytes)] }
}
