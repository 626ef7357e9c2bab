import Glibc
import PackageContents
import ScratchPackages
import Testing
import ZipForge

@testable import LayerSplit

@Suite struct SplitWriterTests {
    private static let six: [ForgedZip.Entry] = [
        .init("six.py", unixMode: 0o100755, content: "six"), .init("bin/six", unixMode: 0o100700, content: "#!"),
        .link("bin/link", to: "six"), .init("six-1.dist-info/", unixMode: 0o040711),
        .init("six-1.dist-info/METADATA", unixMode: 0, content: metadata("six", "1")),
        .init("six-1.dist-info/RECORD", content: "six.py,,\nbin/six,,\nbin/link,,\n"),
    ]
    private static let code: [ForgedZip.Entry] = [.init("app.py", content: "app"), .init("empty.py")]

    private func names(_ path: String) throws -> [String] { try PackageSource(reading: path).files.map(\.path) }

    private func write(_ splitter: PackageSplitter, to folder: String) throws -> SplitWriter.Outcome {
        try SplitWriter(folder: folder).write(splitter.plan(by: .packageGroup), of: splitter)
    }

    @Test func `modes, also missing ones, links and folders are as they were`() throws {
        let folder = try Scratch()
        let splitter = try PackageSplitter(reading: folder.zip(Self.code + Self.six).name)
        let outcome = try write(splitter, to: "\(folder.path)/out")
        #expect(outcome.provedFiles == 7)
        #expect(try names("\(folder.path)/out/code.zip") == ["app.py", "empty.py"])
        let layer = try PackageSource(reading: "\(folder.path)/out/layer-dependencies.zip")
        #expect(
            layer.files.map(\.path) == [
                "bin/link", "bin/six", "python/six-1.dist-info", "python/six-1.dist-info/METADATA",
                "python/six-1.dist-info/RECORD", "python/six.py",
            ])
        #expect(layer.files.map(\.mode) == [0o777, 0o700, 0o711, nil, 0o644, 0o755])
    }

    @Test func `the same package makes the same archives, from a zip and from its folder`() throws {
        let folder = try Scratch()
        let entries = Self.code + Self.six.filter { !$0.name.starts(with: Array("bin/".utf8)) }
        for entry in entries where entry.name.last != UInt8(ascii: "/") {
            try folder.write("in/\(String(decoding: entry.name, as: UTF8.self))", entry.content)
        }
        let zipped =
            entries.filter { $0.name.last != UInt8(ascii: "/") }.map { $0.with(\.unixMode, 0o100644) }
            + [.init("six-1.dist-info/", unixMode: 0o040755)]
        for (name, path) in [("a", "\(folder.path)/in"), ("b", try folder.zip(zipped).name)] {
            _ = try write(PackageSplitter(reading: path), to: "\(folder.path)/\(name)")
        }
        for archive in ["code.zip", "layer-dependencies.zip"] {
            let one = try read("\(folder.path)/a/\(archive)")
            #expect(try one == read("\(folder.path)/b/\(archive)") && !one.isEmpty)
        }
    }

    private func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    @Test func `a package without code has layers only`() throws {
        let folder = try Scratch()
        let outcome = try write(PackageSplitter(reading: folder.zip(Self.six).name), to: "\(folder.path)/out")
        #expect(outcome.code == nil && outcome.layers.count == 1)
    }

    @Test(
        arguments: [
            ([.init("../app.py")], "leads out of the package"), ([.init("/app.py")], "leads out of the package"),
            ([.init("app.py"), .init("app.py")], "'app.py' is there more than once"),
            ([.init("app.py")], "there is nothing to put into layers"), ([], "there is nothing to put into layers"),
        ] as [([ForgedZip.Entry], String)])
    func `what cannot be split is refused, and nothing is written`(
        _ entries: [ForgedZip.Entry], _ reason: String
    ) throws {
        let folder = try Scratch()
        let path = try folder.zip(entries).name
        let error = #expect(throws: SplitError.self) {
            try write(PackageSplitter(reading: path), to: "\(folder.path)/out")
        }
        #expect(error?.description.contains(reason) == true)
        #expect(access("\(folder.path)/out", F_OK) != 0)
    }

    @Test func `a package that no function may have is refused`() throws {
        let folder = try Scratch()
        let huge = ForgedZip.Entry("app.py", content: "packed").with(\.method, 8).with(\.declaredSize, 300 << 20)
        let path = try folder.zip([huge]).name
        let error = #expect(throws: SplitError.self) { try PackageSplitter(reading: path) }
        #expect(error?.description.contains("a function with all its layers may have 262144000") == true)
    }

    @Test func `archives inside of the folder that is split are refused`() throws {
        let folder = try Scratch()
        try folder.write("in/six.py", [])
        try folder.write("in/six-1.dist-info/METADATA", Array(metadata("six", "1").utf8))
        let splitter = try PackageSplitter(reading: "\(folder.path)/in")
        for output in ["in/out", "in"] {
            let error = #expect(throws: SplitError.self) { try write(splitter, to: "\(folder.path)/\(output)") }
            #expect(error?.description.contains("choose a folder outside of it") == true)
        }
    }

    @Test func `after an error files are as they were`() throws {
        let folder = try Scratch()
        try folder.write("out/code.zip", Array("old".utf8))
        let damaged = Self.six.map { $0.name == Array("six.py".utf8) ? $0.with(\.declaredChecksum, 1) : $0 }
        let splitter = try PackageSplitter(reading: folder.zip(Self.code + damaged).name)
        let error = #expect(throws: SplitError.self) { try write(splitter, to: "\(folder.path)/out") }
        #expect(error?.description.contains("damaged zip: the checksum differs ('six.py')") == true)
        #expect(try PackageSource(reading: "\(folder.path)/out").files.map(\.path) == ["code.zip"])
        #expect(try read("\(folder.path)/out/code.zip") == Array("old".utf8))
    }

    @Test(
        arguments: [
            ([.init("python/six.py", content: "sIx")], "six.py has other bytes"),
            ([.init("python/six.py", content: "six2")], "six.py has other bytes"),
            ([.init("python/six.py", unixMode: 0o100755, content: "six")], "six.py has another mode"),
            ([.link("python/six.py", to: "six")], "six.py is of another kind"),
            ([], "six.py is missing"),
            ([.init("python/six.py", content: "six"), .init("python/app.py")], "app.py is there twice"),
            ([.init("python/six.py", content: "six"), .init("python/new.py")], "new.py is new"),
            ([.init("opt/six.py", content: "six")], "opt/six.py is in a layer, and at no place of the original"),
        ] as [([ForgedZip.Entry], String)])
    func `the proof sees what is not the same`(_ layer: [ForgedZip.Entry], _ difference: String) throws {
        let folder = try Scratch()
        let original = try folder.zip([.init("app.py"), .init("six.py", content: "six")])
        let code = try folder.zip([.init("app.py")], name: "code.zip")
        let good = try folder.zip([.init("python/six.py", content: "six")], name: "good.zip")
        func check(_ layer: PackageSource) throws -> Int {
            try SplitProof(of: ArchiveImage(reading: original)).check(
                code: ArchiveImage(reading: code), layers: [ArchiveImage(reading: layer)])
        }
        #expect(try check(good) == 2)
        let bad = try folder.zip(layer, name: "bad.zip")
        let error = #expect(throws: SplitError.self) { try check(bad) }
        #expect(error?.description.contains(difference) == true)
    }
}
