package import Catalog
package import Domain
package import SignatureV4

/// The credentials of calls to other servers: always those of the account on whose behalf a call is made.
///
/// A function chooses where its records go, and a caller which object is read. Were such calls signed with the key of
/// another account, or of the server, they would reach what only that account may.
package struct ForeignCredentials: Sendable {
    private let catalog: Catalog
    private let ownAccount: AccountID
    private let own: SigningCredentials?

    /// Makes a source of credentials.
    ///
    /// - Parameters:
    ///   - catalog: has the keys of `strata credentials foreign set`.
    ///   - own: the credentials in the server's environment; `nil` where it has none.
    ///   - ownAccount: the account that these are for: the one of requests that name none.
    package init(catalog: Catalog, own: SigningCredentials?, for ownAccount: AccountID) {
        self.catalog = catalog
        self.own = own
        self.ownAccount = ownAccount
    }

    /// An account's credentials: its key in the catalogue, else, for the server's own account, those in the server's
    /// environment. An account without any signs with its number and the secret `test`: emulators read the account from
    /// the key and take every secret, and other servers refuse it.
    ///
    /// Reads the catalogue: waits for the disk.
    package func credentials(of account: AccountID) throws(CatalogError) -> SigningCredentials {
        if let key = try catalog.foreignCredential(of: account) {
            return SigningCredentials(
                accessKeyID: key.accessKeyID, secretAccessKey: key.secretAccessKey, sessionToken: key.sessionToken)
        }
        if account == ownAccount, let own { return own }
        return SigningCredentials(accessKeyID: account.description, secretAccessKey: "test")
    }
}
