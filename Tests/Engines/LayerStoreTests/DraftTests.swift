import Digest
import LinuxSystem
import Testing
import ZipForge

@testable import LayerStore

/// Packages that are written piece by piece.
@Suite struct DraftTests {
    private static let zip = ForgedZip(.init("a", content: "content of a"), .init("b", content: "content of b")).bytes

    private func write(_ bytes: some Collection<UInt8>, to draft: PackageDraft) throws {
        try Array(bytes).withUnsafeBytes { try draft.write($0) }
    }

    @Test(arguments: [1, 7, 4_096]) func `a zip that is written in pieces is stored like a whole one`(size: Int) throws
    {
        let fixture = try StoreFixture()
        let draft = try fixture.store.makeDraft()
        for start in stride(from: 0, to: Self.zip.count, by: size) {
            try write(Self.zip[start..<min(start + size, Self.zip.count)], to: draft)
        }
        let package = try fixture.store.ingest(draft)
        #expect(package.digest == SHA256Digest(hashing: Self.zip))
        #expect(package.zipBytes == Self.zip.count)
        try fixture.store.verify(package.digest)
        #expect(try fixture.names(in: "ingest") == [])
    }

    @Test func `a draft that is released leaves nothing behind`() throws {
        let fixture = try StoreFixture()
        var draft: PackageDraft? = try fixture.store.makeDraft()
        try write(Self.zip, to: try #require(draft))
        #expect(try fixture.names(in: "ingest").count == 2)
        draft = nil
        #expect(try fixture.leftovers() == [])
    }

    @Test func `a draft that is no zip is refused and leaves nothing behind`() throws {
        let fixture = try StoreFixture()
        let draft = try fixture.store.makeDraft()
        try write(Array("not a zip".utf8), to: draft)
        #expect(throws: LayerStoreError.self) { try fixture.store.ingest(draft) }
        #expect(try fixture.leftovers() == [])
    }

    @Test func `a draft is stored once`() throws {
        let fixture = try StoreFixture()
        let draft = try fixture.store.makeDraft()
        try write(Self.zip, to: draft)
        let digest = try fixture.store.ingest(draft).digest
        #expect(throws: LayerStoreError.self) { try fixture.store.ingest(draft) }
        try fixture.store.verify(digest)
    }

    @Test func `a draft that a crash left is gone when the store opens`() throws {
        let fixture = try StoreFixture()
        let draft = try fixture.store.makeDraft()
        try write(Self.zip.prefix(10), to: draft)
        _ = try LayerStore(root: fixture.path + "/store")
        #expect(try fixture.leftovers() == [])
        withExtendedLifetime(draft) {}
    }
}
