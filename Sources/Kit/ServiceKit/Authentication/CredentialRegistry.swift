internal import Catalog
internal import Digest
package import Domain
internal import Glibc
package import Store

/// The access keys of a data folder, for the commands that manage them. A server may run on the folder at the same time
/// and sees each change at once.
package struct CredentialRegistry: Sendable {
    let catalog: Catalog
    /// Where the keys are, for messages.
    let place: String

    /// Opens the registry of a data folder that a server has made and that belongs to the calling user. Any other
    /// folder is refused and left unchanged.
    ///
    /// - Parameters:
    ///   - database: Where the rows are. One that is elsewhere may have no data folder here.
    ///   - storage: Opens the rows.
    package init(
        dataFolder: String, database: DatabaseLocation = .dataFolder,
        storage: (_ dataFolder: String, DatabaseLocation) throws -> any Storage
    ) throws {
        if database == .dataFolder { try Self.prepare(dataFolder) }
        place = database == .dataFolder ? dataFolder : "the database"
        let storage = try storage(dataFolder, database)
        catalog = try Self.catching { () throws(CatalogError) in try Catalog(storage) }
    }

    private static func prepare(_ dataFolder: String) throws(StartupError) {
        let path = DataFolder(existing: dataFolder).path("catalog.sqlite")
        var status = stat()
        guard stat(dataFolder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw noDataFolder(dataFolder)
        }
        guard status.st_uid == geteuid() else {
            throw StartupError(
                "The data folder \(dataFolder) belongs to another user (uid \(status.st_uid)): run this as that user.")
        }
        guard access(path, F_OK) == 0 else { throw noDataFolder(dataFolder) }
        // The server does the same: only the owner may read what is written here.
        chmod(dataFolder, 0o700)
    }

    /// An access key without its secret.
    package struct Entry: Hashable, Sendable {
        /// The key's identifier.
        package let accessKeyID: String
        /// The account that it acts in.
        package let account: AccountID
        /// The name that its owner gave it; may be empty.
        package let name: String
        /// The AWS service that it acts as.
        package let service: String?
        /// When it was made, in seconds since 1970.
        package let createdSeconds: Int64
    }

    /// Makes an access key.
    ///
    /// - Parameter service: The AWS service that it acts as, such as `s3.amazonaws.com`.
    /// - Returns: The key and its secret, which is shown only this once.
    package func create(
        account: AccountID, name: String, service: String?
    ) throws(StartupError) -> (entry: Entry, secretAccessKey: String) {
        let record = CredentialRecord(
            accessKeyID: "AKIA" + AccessKeyText.letters(HMACSHA256.makeKey()),
            secretAccessKey: Base64.encode(HMACSHA256.makeKey(byteCount: 30)), account: account,
            name: name, service: service, createdSeconds: Int64(time(nil)))
        try Self.catching { () throws(CatalogError) in try catalog.addCredential(record) }
        return (Entry(record), record.secretAccessKey)
    }

    /// All access keys, oldest first.
    package func list() throws(StartupError) -> [Entry] {
        try Self.catching { () throws(CatalogError) in try catalog.credentials() }.map(Entry.init)
    }

    /// Deletes an access key; the next request with it is refused.
    package func delete(_ accessKeyID: String) throws(StartupError) {
        guard try Self.catching({ () throws(CatalogError) in try catalog.deleteCredential(accessKeyID) }) else {
            throw StartupError("There is no access key \(accessKeyID) in \(place).")
        }
    }

    /// Whether a key may act as a service of this name, such as `s3.amazonaws.com`.
    package static func isService(_ text: String) -> Bool { Caller.isServicePrincipal(text) }

    private static func noDataFolder(_ path: String) -> StartupError {
        StartupError(
            "There is no data folder at \(path). Start a server on it first, or name another with --data.")
    }

    /// Runs work of the catalogue, and explains its failure to the person at the terminal.
    static func catching<Value>(_ body: () throws(CatalogError) -> Value) throws(StartupError) -> Value {
        do throws(CatalogError) { return try body() } catch {
            throw StartupError("The catalogue cannot be used: \(error)", cause: error)
        }
    }
}

extension CredentialRegistry.Entry {
    fileprivate init(_ record: CredentialRecord) {
        self.init(
            accessKeyID: record.accessKeyID, account: record.account, name: record.name, service: record.service,
            createdSeconds: record.createdSeconds)
    }
}
