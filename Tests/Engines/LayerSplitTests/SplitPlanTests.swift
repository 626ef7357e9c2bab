import PackageContents
import ScratchPackages
import Testing
import ZipForge

@testable import LayerSplit

@Suite struct SplitPlanTests {
    /// The files of code and layers by rule, and the packages that are kept.
    private func split(
        _ entries: [ForgedZip.Entry], by rule: SplitRule = .packageGroup
    ) throws -> (archives: [String: [String]], kept: [SplitPlan.Kept]) {
        let folder = try Scratch()
        let splitter = try PackageSplitter(reading: folder.zip(entries).name)
        let plan = try splitter.plan(by: rule)
        func paths(_ places: [Int]) -> [String] { places.map { splitter.source.files[$0].path } }
        var archives = ["code": paths(plan.code)]
        for layer in plan.layers { archives[layer.name] = paths(layer.files) }
        return (archives, plan.kept)
    }

    /// A package with one module, or the files given.
    private func package(
        _ name: String, _ files: [String]? = nil, version: String = "1", needs: String...
    ) -> [ForgedZip.Entry] {
        let files = files ?? ["\(name)/__init__.py"]
        let info = "\(name)-\(version).dist-info"
        let text = metadata(name, version) + needs.map { "Requires-Dist: \($0)\n" }.joined()
        return files.map { .init($0) } + [
            .init("\(info)/METADATA", content: text),
            .init("\(info)/RECORD", content: files.map { "\($0),,\n" }.joined()),
        ]
    }

    private func modules(_ paths: [String]?) -> [String] { (paths ?? []).filter { !$0.contains(".dist-info/") } }

    @Test func `a package is in the layer of the group that alone needs it`() throws {
        let found = try split(
            package("boto3", needs: "botocore")
                + package("botocore", needs: "urllib3", "dateutil; python_version > '3'")
                + package("dateutil", needs: "six") + package("six") + package("urllib3")
                + package("requests", needs: "urllib3", "idna") + package("idna")
                + package("fastapi", needs: "pydantic", "orjson ; extra == 'all'") + package("pydantic")
                + package("orjson") + [.init("app.py")]
        ).archives
        #expect(found["code"] == ["app.py"])
        #expect(
            modules(found["aws-sdk"]) == ["boto3", "botocore", "dateutil", "six"].map { "\($0)/__init__.py" })
        #expect(modules(found["web-framework"]) == ["fastapi", "pydantic"].map { "\($0)/__init__.py" })
        #expect(
            modules(found["dependencies"]) == ["urllib3", "requests", "idna", "orjson"].map { "\($0)/__init__.py" })
    }

    @Test func `packages that need each other stay together`() throws {
        let found = try split(package("a", needs: "b") + package("b", needs: "a") + [.init("app.py")]).archives
        #expect(modules(found["dependencies"]) == ["a/__init__.py", "b/__init__.py"])
    }

    @Test func `code in a namespace of packages stays code`() throws {
        let found = try split(
            package("company.tools", ["company/tools/__init__.py"]) + [.init("company/app/__init__.py")])
        #expect(found.archives["code"] == ["company/app/__init__.py"])
        #expect(found.kept.isEmpty)
    }

    @Test(arguments: [
        // A package was found before a module of its name.
        (["six/__init__.py"], "six.py"),
        // A compiled module was, before its source.
        (["six.cpython-312-x86_64-linux-gnu.so"], "six.py"),
        // A module in a namespace, which both have.
        (["company/six.cpython-312-x86_64-linux-gnu.so"], "company/six.py"),
    ])
    func `a package that code would hide stays in the code`(_ files: [String], _ own: String) throws {
        let found = try split(package("other") + package("six", files) + [.init(own)])
        #expect(found.kept.map(\.package) == ["six 1"])
        #expect(modules(found.archives["code"]) == files + [own])
        #expect(modules(found.archives["dependencies"]) == ["other/__init__.py"])
    }

    @Test func `what did not matter before may be in the code`() throws {
        // The code's package was found before the module of its name.
        let found = try split(package("six", ["six.py"]) + [.init("six/__init__.py")])
        #expect(found.kept.isEmpty && modules(found.archives["code"]) == ["six/__init__.py"])
    }

    @Test func `a regular package of the code does not lose its part from a distribution`() throws {
        let found = try split(package("other") + package("plug", ["app/plug.py"]) + [.init("app/__init__.py")])
        #expect(found.kept.map(\.package) == ["plug 1"])
    }

    @Test func `a link never leads from one archive into another`() throws {
        let found = try split(
            package("six", ["six.py"]) + package("other", ["other.py"]) + [.link("data", to: "./six.py")])
        #expect(found.kept.map(\.package) == ["six 1"])
        #expect(modules(found.archives["dependencies"]) == ["other.py"])
    }

    @Test func `folders are where something is in them`() throws {
        let folders = ["a", "a/empty", "own", "own/none", "shared"].map {
            ForgedZip.Entry("\($0)/", unixMode: 0o040755)
        }
        let found = try split(
            folders + package("a", ["a/__init__.py"]) + package("b", ["shared/b.py"])
                + [.init("own/x.txt"), .init("shared/c.py")]
        ).archives
        #expect(found["code"]?.filter { !$0.contains(".") } == ["own", "own/none", "shared"])
        #expect(found["dependencies"]?.filter { !$0.contains(".") } == ["a", "a/empty", "shared"])
    }

    @Test func `packages of Node move with their commands, unless they need one that stays`() throws {
        func node(_ name: String, _ needs: String = "") -> [ForgedZip.Entry] {
            [
                .init("node_modules/\(name)/index.js"),
                .init(
                    "node_modules/\(name)/package.json", content: #"{"version":"1","peerDependencies":{\#(needs)}}"#),
            ]
        }
        let found = try split(
            node("@aws-sdk/client-s3") + node("express") + node("plugin", #""local": "*""#) + [
                .link("node_modules/local", to: "../packages/local"), .init("packages/local/index.js"),
                .link("node_modules/.bin/express", to: "../express/index.js"), .init("index.js"),
            ])
        #expect(found.archives["aws-sdk"]?.count == 2)
        #expect(found.archives["web-framework"]?.contains("node_modules/.bin/express") == true)
        #expect(found.kept.map(\.package) == ["plugin 1"])
        #expect(found.archives["code"]?.contains("node_modules/local") == true)
    }

    @Test func `a package in a folder that no runtime searches stays`() throws {
        let vendored = package("a", ["vendor/a.py"]).map { entry in
            entry.with(\.name, Array("vendor/".utf8) + entry.name)
        }
        let found = try split(package("six") + vendored)
        #expect(found.archives["code"]?.count == 3)
    }

    @Test func `what changes often is above what does not`() throws {
        let requirements = "# pinned\nrequests==2\nidna>=3\n"
        let entries =
            package("boto3") + package("requests") + package("idna") + package("young", version: "0.3")
            + package("old", version: "1.3") + [.init("requirements.txt", content: requirements)]
        let found = try split(entries, by: .changeRate).archives
        #expect(modules(found["often"]) == ["boto3", "idna", "young"].map { "\($0)/__init__.py" })
        #expect(modules(found["rarely"]) == ["requests", "old"].map { "\($0)/__init__.py" })
    }

    @Test func `what differs from an earlier package changes often`() throws {
        let folder = try Scratch()
        let old = try PackageSplitter(
            reading: folder.zip(package("a") + package("b") + package("boto3"), name: "old.zip").name)
        let new = try PackageSplitter(
            reading: folder.zip(package("a") + package("b", version: "2") + package("boto3") + package("c")).name)
        let plan = try new.plan(by: .changeRate, previous: old)
        #expect(plan.layers.map(\.name) == ["rarely", "often"])
        #expect(plan.layers[1].packages.map(\.name) == ["b", "c"])
    }

    @Test func `layers by size are small enough for a request, and at most five`() throws {
        let packages = (1...20).map { InstalledPackage(kind: .python, name: "p\($0)", version: nil) }
        func layers(_ sizes: [Int]) -> [[Int]] {
            SplitRule.size.layers(
                of: Array(packages.prefix(sizes.count)), sizes: sizes, changed: nil, pins: { _ in nil }
            ).map(\.packages)
        }
        #expect(layers([10, 20, 30]) == [[0, 1, 2]])
        #expect(layers([30 << 20, 40 << 20, 10 << 20, 20 << 20]) == [[1, 2], [0, 3]])
        let many = layers(Array(repeating: 40 << 20, count: 12))
        #expect(many.count == 5 && many.joined().sorted() == Array(0..<12))
        #expect(many.allSatisfy { $0.count <= 3 })
    }
}
