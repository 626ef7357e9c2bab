import Catalog
import Domain
import SignatureV4
import StoreEngines
import Testing

@testable import ServiceKit

@Suite(.onEveryEngine) struct ForeignCredentialsTests {
    private static let own = SigningCredentials(accessKeyID: "SERVER", secretAccessKey: "s3cret")
    private let mine = AccountID("111122223333").unsafelyUnwrapped
    private let other = AccountID("222233334444").unsafelyUnwrapped
    private let storage: TestStorage
    private let catalog: Catalog

    init() throws {
        storage = try TestStorage()
        catalog = try Catalog(storage)
    }

    private func source(own: SigningCredentials? = own) -> ForeignCredentials {
        ForeignCredentials(catalog: catalog, own: own, for: mine)
    }

    private func set(_ key: String, token: String? = nil, of account: AccountID) throws {
        try catalog.setForeignCredential(
            ForeignCredentialRecord(
                account: account, accessKeyID: key, secretAccessKey: "secret of \(key)", sessionToken: token,
                setSeconds: 1))
    }

    private func emulated(_ account: AccountID) -> SigningCredentials {
        SigningCredentials(accessKeyID: account.description, secretAccessKey: "test")
    }

    @Test func `the server's credentials are those of its own account alone`() throws {
        #expect(try source().credentials(of: mine) == Self.own)
        #expect(try source().credentials(of: other) == emulated(other))
        #expect(try source(own: nil).credentials(of: mine) == emulated(mine))
    }

    @Test func `an account's key comes before any other, from the next call on`() throws {
        let source = source()
        for (account, before) in [(mine, Self.own), (other, emulated(other))] {
            try set("OLD", of: account)
            try set("NEW", token: "t", of: account)
            #expect(
                try source.credentials(of: account)
                    == SigningCredentials(accessKeyID: "NEW", secretAccessKey: "secret of NEW", sessionToken: "t"))
            #expect(try catalog.foreignCredentials().map(\.accessKeyID) == ["NEW"])
            #expect(try catalog.deleteForeignCredential(of: account))
            #expect(try !catalog.deleteForeignCredential(of: account))
            #expect(try source.credentials(of: account) == before)
        }
    }
}
