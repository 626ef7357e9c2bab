import Domain
import StoreEngines
import Testing

@testable import Catalog

@Suite(.onEveryEngine) struct CredentialCatalogTests {
    private let fixture: CatalogFixture

    init() throws { fixture = try CatalogFixture() }

    private func record(_ key: String, service: String? = nil, created: Int64 = 1) -> CredentialRecord {
        CredentialRecord(
            accessKeyID: key, secretAccessKey: "secret of \(key)", account: CatalogFixture.account, name: "laptop",
            service: service, createdSeconds: created)
    }

    @Test func `keys are listed as they were added, the oldest first`() throws {
        let later = record("AKIAB", service: "s3.amazonaws.com", created: 2)
        try fixture.catalog.addCredential(later)
        try fixture.catalog.addCredential(record("AKIAC"))
        #expect(try fixture.catalog.credentials() == [record("AKIAC"), later])
    }

    @Test func `a key is deleted once`() throws {
        try fixture.catalog.addCredential(record("AKIAB"))
        #expect(try fixture.catalog.deleteCredential("AKIAB"))
        #expect(try !fixture.catalog.deleteCredential("AKIAB"))
        #expect(try fixture.catalog.credentials().isEmpty)
    }

    @Test func `keys in memory are current until another process adds or deletes one`() throws {
        let directory = try fixture.catalog.credentialDirectory()
        #expect(!directory.isCurrent)
        try directory.refresh()
        #expect(directory.isCurrent)
        #expect(directory.credential("AKIAB") == nil)
        // Another process has a catalogue of its own over the same file.
        let other = try Catalog(fixture.storage)
        try other.addCredential(record("AKIAB"))
        #expect(!directory.isCurrent)
        #expect(directory.credential("AKIAB") == nil, "a look-up has read the disk")
        try directory.refresh()
        #expect(directory.credential("AKIAB") == record("AKIAB"))
        _ = try other.deleteCredential("AKIAB")
        #expect(!directory.isCurrent)
        try directory.refresh()
        #expect(directory.credential("AKIAB") == nil)
    }
}
