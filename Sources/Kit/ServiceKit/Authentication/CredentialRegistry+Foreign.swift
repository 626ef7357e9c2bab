internal import Catalog
package import Domain
internal import Glibc
package import SignatureV4

extension CredentialRegistry {
    /// An account's key for other servers, without its secret.
    package struct ForeignEntry: Hashable, Sendable {
        /// The account on whose behalf calls are signed with it.
        package let account: AccountID
        /// The key's identifier on the other server.
        package let accessKeyID: String
        /// Whether it is temporary, and so ends some time.
        package let isTemporary: Bool
        /// When it was set, in seconds since 1970.
        package let setSeconds: Int64
    }

    /// Sets an account's key for other servers, in place of an earlier one. The next call is signed with it.
    package func setForeign(
        _ credentials: SigningCredentials, of account: AccountID
    ) throws(StartupError) -> ForeignEntry {
        let record = ForeignCredentialRecord(
            account: account, accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
            sessionToken: credentials.sessionToken, setSeconds: Int64(time(nil)))
        try Self.catching { () throws(CatalogError) in try catalog.setForeignCredential(record) }
        return ForeignEntry(record)
    }

    /// All accounts' keys for other servers, by account.
    package func listForeign() throws(StartupError) -> [ForeignEntry] {
        try Self.catching { () throws(CatalogError) in try catalog.foreignCredentials() }.map(ForeignEntry.init)
    }

    /// Deletes an account's key for other servers.
    package func deleteForeign(of account: AccountID) throws(StartupError) {
        let wasThere = try Self.catching { () throws(CatalogError) in
            try catalog.deleteForeignCredential(of: account)
        }
        guard wasThere else {
            throw StartupError("Account \(account) has no key for other servers in \(place).")
        }
    }
}

extension CredentialRegistry.ForeignEntry {
    fileprivate init(_ record: ForeignCredentialRecord) {
        self.init(
            account: record.account, accessKeyID: record.accessKeyID, isTemporary: record.sessionToken != nil,
            setSeconds: record.setSeconds)
    }
}
