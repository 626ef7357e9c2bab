import Archive
import LinuxSystem
import Testing
import ZipForge

@testable import LayerStore

/// The trees of valid zips of all origins.
@Suite struct TreeTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    private func tree(_ entries: ForgedZip.Entry...) throws -> [String: Found] {
        let package = try fixture.store.ingest(ForgedZip(entries).bytes)
        try fixture.store.verify(package.digest)
        return try Found.tree(fixture.store.treePath(of: package.digest))
    }

    @Test func `a zip without Unix modes gets the usual ones`() throws {
        let readOnly = ForgedZip.Entry("readonly", unixMode: 0).with(\.dosAttributes, 1)
        #expect(
            try tree(.init("d/", unixMode: 0), .init("d/f", unixMode: 0), readOnly) == [
                "d": .directory(mode: 0o755), "d/f": .file(mode: 0o644, content: []),
                "readonly": .file(mode: 0o444, content: []),
            ])
    }

    @Test func `modes are kept, but the server can always read files and enter directories`() throws {
        #expect(
            try tree(
                .init("open", unixMode: 0o100777), .init("closed", unixMode: 0o100001),
                .init("d/", unixMode: 0o040055), .init("e/", unixMode: 0o040777)
            ) == [
                "open": .file(mode: 0o777, content: []), "closed": .file(mode: 0o401, content: []),
                "d": .directory(mode: 0o755), "e": .directory(mode: 0o777),
            ])
    }

    @Test func `directories have any type and special bits, and keep only permissions`() throws {
        // Maven's, one that a group shares, one of `/tmp`'s kind, and the folder itself as bsdtar lists it.
        #expect(
            try tree(
                .init("META-INF/", unixMode: 0o177777), .init("shared/", unixMode: 0o042775),
                .init("tmp/", unixMode: 0o041777), .init("./", unixMode: 0o040755)
            ) == [
                "META-INF": .directory(mode: 0o777), "shared": .directory(mode: 0o775),
                "tmp": .directory(mode: 0o777),
            ])
    }

    @Test func `a backslash is part of a name, as on Lambda`() throws {
        #expect(
            try tree(.init("package\\module.py", unixMode: 0), .init("..\\x", unixMode: 0)) == [
                "package\\module.py": .file(mode: 0o644, content: []), "..\\x": .file(mode: 0o644, content: []),
            ])
    }

    @Test func `a directory may be listed after what is in it, and dots in names are dropped`() throws {
        #expect(
            try tree(.init("./d//f"), .init("d/", unixMode: 0o040700)) == [
                "d": .directory(mode: 0o700), "d/f": .file(mode: 0o644, content: []),
            ])
    }

    @Test func `entries that are repeated exactly count once`() throws {
        let file = ForgedZip.Entry("f", content: "same")
        let zip = ForgedZip(file, file, .link("l", to: "f"), .link("l", to: "f"), .init("d/", unixMode: 0o040755)).bytes
        let package = try fixture.store.ingest(zip)
        #expect((package.entryCount, package.unzippedBytes) == (3, 4))
    }

    @Test func `dangling links, loops and links within the tree are accepted`() throws {
        let found = try tree(
            .link("dangling", to: "nowhere/at/all"), .link("circle", to: "circle"), .link("a/up", to: "../b/./c"),
            .link("dot", to: "."), .link("deep", to: "dot/dot/a/../b"), .link("missing", to: "no/../b"))
        #expect(found["circle"] == .link("circle"))
        #expect(found["a/up"] == .link("../b/./c"))
        #expect(found.count == 7)
    }

    @Test func `names that are not UTF-8 stay as they are`() throws {
        let package = try fixture.store.ingest(ForgedZip(.init([0x63, 0xe9]), .init("cafe\u{301}")).bytes)
        let names = try fixture.store.openTree(package.digest).entryNames().map(\.bytes)
        #expect(Set(names) == [[0x63, 0xe9], Array("cafe\u{301}".utf8)])
    }

    @Test func `every file has one constant time, but Python sources beside bytecode keep theirs`() throws {
        let later = { (name: String) in ForgedZip.Entry(name).with(\.date, (2024 - 1980) << 9 | 1 << 5 | 1) }
        let times = { (entries: [ForgedZip.Entry]) in
            let tree = try fixture.store.openTree(try fixture.store.ingest(ForgedZip(entries).bytes).digest)
            return try entries.map { try tree.status(at: FilePath($0.name)).modificationTimeSeconds }
        }
        #expect(try times([later("a.py"), later("b")]) == [315_532_800, 315_532_800])
        #expect(
            try times([later("a.py"), later("b"), later("a.cpython-312.pyc")]) == [
                1_704_067_200, 315_532_800, 315_532_800,
            ])
    }

    @Test func `a file larger than memory buffers is stored and shared`() throws {
        let large = [UInt8](repeating: 7, count: 300_000)
        let zip = ForgedZip(.init(Array("a".utf8), content: large), .init(Array("b".utf8), content: large)).bytes
        let tree = try fixture.store.openTree(try fixture.store.ingest(zip).digest)
        #expect(try tree.status(at: "a").inode == tree.status(at: "b").inode)
        #expect(try tree.status(at: "a").size == 300_000)
    }

    @Test func `only the server can enter the store`() throws {
        let root = try FileDescriptor.open(FilePath(fixture.path + "/store"), [.read, .directory])
        #expect(try root.status().mode == 0o700)
    }

    @Test func `hundreds of empty files are one object`() throws {
        let zip = ForgedZip((0..<500).map { ForgedZip.Entry("\($0)/__init__.py") }).bytes
        let tree = try fixture.store.openTree(try fixture.store.ingest(zip).digest)
        #expect(try tree.status(at: "0/__init__.py").linkCount == 501)
    }
}
