import Digest
import Glibc
import LinuxSystem
import Testing
import ZipForge

@testable import LayerStore

/// Damage, repair, the collector, and concurrency.
@Suite struct LifetimeTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    private var store: LayerStore { fixture.store }

    private static let zip = ForgedZip(
        .init("d/a", content: "content of a"), .init("b", content: "content of b"), .link("l", to: "b")
    ).bytes

    @Test(arguments: ["change", "remove", "mode", "time", "extra", "directory", "link", "zip", "manifest"])
    func `damage is found, and ingesting the zip again repairs it`(damage: String) throws {
        let digest = try store.ingest(Self.zip).digest
        try inflict(damage, on: digest)
        #expect(throws: LayerStoreError.self) { try store.verify(digest) }
        #expect(try store.ingest(Self.zip).digest == digest)
        try store.verify(digest)
        #expect(try fixture.names(in: "ingest") == [])
    }

    @Test func `a damaged object is not linked into another tree`() throws {
        let digest = try store.ingest(Self.zip).digest
        try inflict("change", on: digest)
        let other = try store.ingest(ForgedZip(.init("copy", content: "content of b")).bytes)
        try store.verify(other.digest)
        #expect(throws: LayerStoreError.damaged(digest, path: "b")) { try store.verify(digest) }
    }

    @Test func `what was never stored is not found`() {
        let digest = SHA256Digest(hashing: [1])
        #expect(throws: LayerStoreError.notFound(digest)) { try store.verify(digest) }
        #expect(throws: LayerStoreError.notFound(digest)) { try store.package(digest) }
        #expect(throws: LayerStoreError.notFound(digest)) { _ = try store.openZip(digest).rawValue }
    }

    @Test func `a stored package is looked up as it was ingested`() throws {
        let package = try store.ingest(Self.zip)
        let found = try store.package(package.digest)
        #expect((found.zipBytes, found.unzippedBytes, found.entryCount) == (Self.zip.count, 24, 4))
        #expect((package.zipBytes, package.unzippedBytes, package.entryCount) == (Self.zip.count, 24, 4))
    }

    @Test func `the collector removes what no row refers to, and only that`() throws {
        let kept = try store.ingest(Self.zip).digest
        let dropped = try store.ingest(ForgedZip(.init("b", content: "content of b"), .init("c", content: "c")).bytes)
            .digest
        let collected = try store.collectGarbage { [kept] }
        #expect(collected == CollectedGarbage(packageCount: 1, objectCount: 1))
        try store.verify(kept)
        #expect(throws: LayerStoreError.notFound(dropped)) { try store.verify(dropped) }
        #expect(try store.collectGarbage { [] }.packageCount == 1)
        #expect(try fixture.leftovers() == [])
    }

    @Test func `a package is kept while a value pins it`() throws {
        var package: StoredPackage? = try store.ingest(Self.zip)
        let digest = try #require(package?.digest)
        #expect(try store.collectGarbage { [] } == CollectedGarbage())
        try store.verify(digest)
        package = nil
        #expect(try store.collectGarbage { [] }.packageCount == 1)
    }

    @Test func `a package that is committed and released during a collection stays`() throws {
        let digest = try store.ingest(Self.zip).digest
        let collected = try store.collectGarbage {
            // Read before the row exists; then the zip is ingested again, its row committed and the pin released.
            let referenced: Set<SHA256Digest> = []
            _ = try store.ingest(Self.zip)
            return referenced
        }
        #expect(collected == CollectedGarbage())
        try store.verify(digest)
    }

    @Test func `concurrent ingests, of the same and of overlapping zips, are all complete`() async throws {
        let store = fixture.store
        let zips = (0..<4).map { version in
            let files = (0..<30).map { ForgedZip.Entry("f\($0)", content: "content \($0 % (10 + version))") }
            return ForgedZip(files + [.init("version", content: "\(version)")]).bytes
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask { try store.verify(try store.ingest(zips[task % 4]).digest) }
            }
            group.addTask {
                for _ in 0..<5 { _ = try store.collectGarbage { Set(zips.map { SHA256Digest(hashing: $0) }) } }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.names(in: "trees").filter { $0.split(separator: "/").count == 2 }.count == 4)
        #expect(try fixture.names(in: "ingest") == [])
    }

    private func inflict(_ damage: String, on digest: SHA256Digest) throws {
        let tree = try store.openTree(digest)
        switch damage {
        case "change": try rewrite(tree, "b") { try $0.write(all: [UInt8(ascii: "C")], at: 0) }
        case "remove": try tree.removeFile(at: "d/a")
        case "mode": try tree.open(at: "b", .read).setMode(0o666)
        case "time": try tree.open(at: "b", .read).setTimes(seconds: 1)
        case "extra": try tree.makeSymbolicLink(at: "d/more", target: "a")
        case "directory": try tree.open(at: "d", [.read, .directory]).setMode(0o700)
        case "link":
            try tree.removeFile(at: "l")
            try tree.makeSymbolicLink(at: "l", target: "d")
        case "zip": try rewrite(store.folders.zips, digest.path) { try $0.write(all: [0], at: 0) }
        default: try rewrite(store.folders.manifests, digest.path) { try $0.write(all: [0], at: 3) }
        }
    }

    private func rewrite(
        _ folder: borrowing FileDescriptor, _ path: FilePath, _ body: (borrowing FileDescriptor) throws -> Void
    ) throws {
        let file = try folder.open(at: path, .readWrite)
        let time = try file.status().modificationTimeSeconds
        try body(file)
        try file.setTimes(seconds: time)
    }
}
