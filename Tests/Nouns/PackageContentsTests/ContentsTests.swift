import Glibc
import PackageContents
import ScratchPackages
import Testing
import ZipForge

@Suite struct ContentsTests {
    @Test func `a folder and a zip are read alike`() throws {
        let folder = try Scratch()
        try folder.write("in/a/b.txt", Array("text".utf8))
        symlink("b.txt", "\(folder.path)/in/a/link")
        let unpacked = try PackageSource(reading: "\(folder.path)/in")
        let zipped = try folder.zip([
            .init("a/", unixMode: 0o040755), .init("a/b.txt", content: "text"), .link("a/link", to: "b.txt"),
        ])
        #expect(unpacked.isFolder && unpacked.zipByteCount == nil && !zipped.isFolder)
        #expect(unpacked.files.map(\.path) == ["a", "a/b.txt", "a/link"])
        #expect(zipped.files.map(\.path) == unpacked.files.map(\.path))
        #expect(zipped.files.map(\.kind) == unpacked.files.map(\.kind))
        #expect(try zipped.digest(of: 1) == unpacked.digest(of: 1))
        #expect(try unpacked.content(of: 1) == Array("text".utf8))
    }

    @Test(arguments: ["../x", "/x", "a//b", "./a", "a/../b"])
    func `names that lead elsewhere are marked`(_ name: String) throws {
        let folder = try Scratch()
        #expect(try folder.zip([.init("a.py"), .init(name)]).files.map(\.isExact) == [true, false])
    }

    @Test func `names that are not UTF-8 are marked`() throws {
        let folder = try Scratch()
        try folder.write("in/a", [])
        let bytes: [CChar] = Array("\(folder.path)/in/".utf8CString.dropLast()) + [-1, 0]
        #expect(open(bytes, O_CREAT | O_WRONLY, 0o644) >= 0)
        let source = try PackageSource(reading: "\(folder.path)/in")
        #expect(source.files.map(\.isExact) == [true, false])
        #expect(try source.content(of: 1).isEmpty)
    }

    @Test func `sizes are summed by package and by folder`() throws {
        let folder = try Scratch()
        let source = try folder.zip([
            "python/six.py": "12345", "python/six-1.dist-info/METADATA": metadata("six", "1"),
            "python/six-1.dist-info/RECORD": "six.py,,\n", "python/own/a.py": "123", "python/own/b/c.py": "1",
            "top.txt": "1",
        ])
        let summary = ContentsSummary(files: source.files, listing: try PackageListing(of: source))
        #expect(summary.parts.map(\.name) == ["six", "python/own/", ""])
        #expect(summary.parts.map(\.size.files) == [3, 2, 1])
        #expect(summary.parts[1].size.bytes == 4 && summary.parts[1].size.zippedBytes == 4)
        #expect(summary.parts[1].folders.map(\.path) == ["python/own", "python/own/b"])
        #expect(summary.total == ContentsSize(source.files))

        let tree = FolderTree(source.files, depth: 2)
        #expect(tree.size.files == 6 && tree.folders.map(\.name) == ["python"])
        #expect(tree.folders[0].folders.map(\.name) == ["six-1.dist-info", "own"])
        #expect(tree.folders[0].folders[1].size.bytes == 4 && tree.folders[0].folders[1].folders.isEmpty)
    }

    @Test func `sizes that a zip declares do not overflow their sum`() {
        let file = PackageFile(path: "a", size: .max, zippedSize: .max)
        #expect(ContentsSize([file, file, file]).bytes == 1 << 56)
    }

    private func difference(_ old: PackageSource, _ new: PackageSource) throws -> ContentsDifference {
        try ContentsDifference(from: old, PackageListing(of: old), to: new, PackageListing(of: new))
    }

    @Test func `order, times and listed folders are no difference`() throws {
        let folder = try Scratch()
        let old = try folder.zip([.init("a/b.py", content: "1"), .init("c.py")], name: "old.zip")
        let late = ForgedZip.Entry("a/b.py", content: "1").with(\.date, 0x5921)
        let new = try folder.zip([.init("c.py"), .init("a/", unixMode: 0o040755), late], name: "new.zip")
        #expect(try difference(old, new).isEmpty)
    }

    @Test func `bytes, modes, links, kinds and empty folders are differences`() throws {
        let folder = try Scratch()
        let old = try folder.zip(
            [
                .init("bytes", content: "1"), .init("mode"), .link("link", to: "a"), .init("kind"), .init("gone"),
                .init("same", content: "same"),
            ], name: "old.zip")
        let new = try folder.zip(
            [
                .init("bytes", content: "2"), .init("mode", unixMode: 0o100755), .link("link", to: "b"),
                .link("kind", to: "a"), .init("new"), .init("same", content: "same"),
                .init("empty/", unixMode: 0o040755),
            ], name: "new.zip")
        let found = try difference(old, new)
        #expect(found.changes.map(\.path) == ["bytes", "empty", "gone", "kind", "link", "mode", "new"])
        #expect(found.changes.filter(\.hasOtherBytes).map(\.path) == ["bytes"])
        #expect(found.codePaths.count == 7 && found.packages.isEmpty)
    }

    @Test func `packages differ in versions, sizes and files`() throws {
        func six(_ version: String, _ text: String) -> [String: String] {
            [
                "six.py": text, "six-\(version).dist-info/METADATA": metadata("six", version),
                "six-\(version).dist-info/RECORD": "six.py,,\n",
            ]
        }
        let folder = try Scratch()
        let old = try folder.zip(six("1.15", "12").merging(["a.py": ""]) { $1 }, name: "old.zip")
        let new = try folder.zip(six("1.16", "1234").merging(["a.py": ""]) { $1 }, name: "new.zip")
        let found = try difference(old, new)
        #expect(found.packages.map(\.name) == ["six"] && found.codePaths.isEmpty)
        #expect(found.packages[0].oldVersions == ["1.15"] && found.packages[0].newVersions == ["1.16"])
        #expect(found.packages[0].changedFiles == 5)
        #expect((found.packages[0].newSize?.bytes ?? 0) - (found.packages[0].oldSize?.bytes ?? 0) == 2)
    }
}
