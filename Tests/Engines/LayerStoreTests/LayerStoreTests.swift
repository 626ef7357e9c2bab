import Archive
import Digest
import Glibc
import LinuxSystem
import Testing
import ZipForge

@testable import LayerStore

@Suite struct LayerStoreTests {
    private static let zip = ForgedZip(
        .init("bin/", unixMode: 0o040750), .init("bin/run", unixMode: 0o100755, content: "#!/bin/sh\n"),
        .init("lib/a.txt", content: "same"), .init("lib/b.txt", content: "same"), .link("current", to: "lib/a.txt")
    ).bytes

    @Test func `a zip unpacks to its tree, and its bytes stay as they came`() throws {
        let fixture = try StoreFixture(syncsToDisk: true)
        let package = try fixture.store.ingest(Self.zip)
        #expect(package.digest == SHA256Digest(hashing: Self.zip))
        #expect(package.zipBytes == Self.zip.count)
        #expect(package.unzippedBytes == 18)
        #expect(package.entryCount == 6)
        let content = Array("same".utf8)
        #expect(
            try Found.tree(fixture.store.treePath(of: package.digest)) == [
                "bin": .directory(mode: 0o750), "bin/run": .file(mode: 0o755, content: Array("#!/bin/sh\n".utf8)),
                "lib": .directory(mode: 0o755), "lib/a.txt": .file(mode: 0o644, content: content),
                "lib/b.txt": .file(mode: 0o644, content: content), "current": .link("lib/a.txt"),
            ])
        #expect(try fixture.store.openZip(package.digest).bytes(count: 1 << 20, at: 0) == Self.zip)
        try fixture.store.verify(package.digest)
    }

    @Test func `files with the same bytes and mode are one object`() throws {
        let fixture = try StoreFixture(syncsToDisk: true)
        let first = try fixture.store.ingest(Self.zip)
        let tree = try fixture.store.openTree(first.digest)
        #expect(try tree.status(at: "lib/a.txt").inode == tree.status(at: "lib/b.txt").inode)
        #expect(try fixture.names(in: "objects").filter { $0.contains("/") }.count == 2)
    }

    @Test func `a version that changes one file adds one object`() throws {
        let fixture = try StoreFixture(syncsToDisk: true)
        let first = try fixture.store.ingest(ForgedZip(.init("a", content: "1"), .init("b", content: "2")).bytes)
        let second = try fixture.store.ingest(ForgedZip(.init("a", content: "1"), .init("b", content: "3")).bytes)
        let one = try fixture.store.openTree(first.digest)
        let two = try fixture.store.openTree(second.digest)
        #expect(try one.status(at: "a").inode == two.status(at: "a").inode)
        #expect(try fixture.names(in: "objects").filter { $0.contains("/") }.count == 3)
    }
}
