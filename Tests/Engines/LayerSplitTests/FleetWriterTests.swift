import Glibc
import PackageContents
import ScratchPackages
import Testing
import ZipForge

@testable import LayerSplit

@Suite struct FleetWriterTests {
    /// A package of 200 KB, and what else a function has.
    private func function(_ others: [ForgedZip.Entry] = [], name: String = "big") -> [ForgedZip.Entry] {
        let content = String(repeating: "x", count: 200_000)
        return [
            .init("app.py", content: "app"), .init("empty/", unixMode: 0o040700),
            .init("\(name)/", unixMode: 0o040755), .init("\(name)/__init__.py", content: content),
            .init("\(name)-1.dist-info/METADATA", content: metadata(name, "1")),
            .init("\(name)-1.dist-info/RECORD", content: "\(name)/__init__.py,,\n"),
        ] + others
    }

    private func plan(_ paths: [String]) throws -> FleetPlan { FleetPlan(try FleetInventory(reading: paths)) }

    private func names(_ path: String) throws -> [String] { try PackageSource(reading: path).files.map(\.path) }

    @Test func `a layer is written once, and every function keeps what is its own`() throws {
        let folder = try Scratch()
        let paths = try [
            folder.zip(function(), name: "one.zip").name,
            folder.zip(function([.init("more.py")]).filter { $0.name.last != UInt8(ascii: "/") }, name: "two.zip").name,
        ]
        let plan = try plan(paths)
        #expect(plan.layers.map(\.name) == ["1-big"] && plan.layersOf == [[0], [0]])
        let output = "\(folder.path)/out"
        let outcome = try FleetWriter(folder: output).write(plan) { _ in Array("{}".utf8) }
        #expect(outcome.provedFiles == 9)
        #expect(try names(output) == ["code-one.zip", "code-two.zip", "fleet.json", "layer-1-big.zip"])
        #expect(try names("\(output)/code-one.zip") == ["app.py", "empty"])
        #expect(try names("\(output)/code-two.zip") == ["app.py", "more.py"])
        #expect(
            try names("\(output)/layer-1-big.zip") == [
                "python/big-1.dist-info/METADATA", "python/big-1.dist-info/RECORD", "python/big/__init__.py",
            ])
    }

    @Test func `one version of a package with other bytes is another package`() throws {
        let folder = try Scratch()
        let changed = function().map { entry in
            entry.name == Array("big/__init__.py".utf8)
                ? ForgedZip.Entry("big/__init__.py", content: String(repeating: "y", count: 200_000)) : entry
        }
        let paths = try [
            folder.zip(function(), name: "one.zip").name, folder.zip(changed, name: "two.zip").name,
        ]
        let plan = try plan(paths)
        #expect(plan.inventory.packages.map(\.label) == ["big 1", "big 1"])
        #expect(plan.layersOf[0] != plan.layersOf[1])
    }

    @Test func `a function whose code would hide a package has it in its code`() throws {
        let folder = try Scratch()
        let compiled = "big.cpython-312-x86_64-linux-gnu.so"
        let module =
            function().filter { $0.name != Array("big/__init__.py".utf8) } + [
                .init("big-1.dist-info/top.txt")
            ]
        let entries =
            module.map { entry in
                entry.name == Array("big-1.dist-info/RECORD".utf8)
                    ? ForgedZip.Entry("big-1.dist-info/RECORD", content: "\(compiled),,\n") : entry
            } + [.init(compiled, content: String(repeating: "x", count: 200_000))]
        let paths = try [
            folder.zip(entries, name: "one.zip").name,
            folder.zip(entries + [.init("big.py")], name: "two.zip").name,
        ]
        let plan = try plan(paths)
        #expect(plan.layersOf.map(\.count) == [1, 0])
        _ = try FleetWriter(folder: "\(folder.path)/out").write(plan) { _ in [] }
    }

    @Test func `functions of one name are refused`() throws {
        let folder = try Scratch()
        try folder.write("a/f.zip", ForgedZip(function()).bytes)
        try folder.write("b/f.zip", ForgedZip(function()).bytes)
        let error = #expect(throws: SplitError.self) { try plan(["\(folder.path)/a/f.zip", "\(folder.path)/b/f.zip"]) }
        #expect(error?.description.contains("two packages are named f") == true)
    }

    @Test func `a function that cannot be read leaves no file`() throws {
        let folder = try Scratch()
        let path = try folder.zip(function(), name: "one.zip").name
        let plan = try plan([path])
        // Another package has come into its place since.
        try folder.write("one.zip", ForgedZip([.init("app.py")]).bytes)
        #expect(throws: SplitError.self) { try FleetWriter(folder: "\(folder.path)/out").write(plan) { _ in [] } }
        #expect(access("\(folder.path)/out", F_OK) != 0)
    }
}
