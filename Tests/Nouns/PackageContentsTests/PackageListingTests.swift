import PackageContents
import ScratchPackages
import Testing
import ZipForge

@Suite struct PackageListingTests {
    /// The paths of each package, and those of none.
    private func paths(_ source: PackageSource, known: Set<String> = []) throws -> [String: [String]] {
        let listing = try PackageListing(of: source, knownModules: known)
        var paths = ["": listing.rest.map { source.files[$0].path }]
        for package in listing.packages { paths[package.label] = package.files.map { source.files[$0].path } }
        return paths
    }

    @Test func `a Python package is what its record lists and what is in its folders`() throws {
        let folder = try Scratch()
        let source = try folder.zip([
            "python/requests/__init__.py": "", "python/requests/__pycache__/api.cpython-312.pyc": "",
            "python/requests/extra/added.txt": "", "python/six.py": "", "python/own.py": "",
            "python/__pycache__/six.cpython-312.pyc": "", "python/__pycache__/own.cpython-312.pyc": "",
            "python/requests-2.dist-info/METADATA": metadata("Requests", "2"),
            "python/requests-2.dist-info/RECORD": "requests/__init__.py,,\n\"bin/a,\"\"b\",,\nmissing,,\n",
            "python/bin/a,\"b": "", "python/six-1.dist-info/METADATA": metadata("six", "1"),
            "python/six-1.dist-info/RECORD": "six.py,,\r\n../../bin/six,,\n", "python/bin/six": "",
        ])
        #expect(
            try paths(source) == [
                "": ["python/__pycache__/own.cpython-312.pyc", "python/own.py"],
                "requests 2": [
                    "python/bin/a,\"b", "python/requests/__init__.py",
                    "python/requests/__pycache__/api.cpython-312.pyc", "python/requests/extra/added.txt",
                    "python/requests-2.dist-info/METADATA", "python/requests-2.dist-info/RECORD",
                ].sorted(),
                "six 1": [
                    "python/__pycache__/six.cpython-312.pyc", "python/bin/six",
                    "python/six-1.dist-info/METADATA", "python/six-1.dist-info/RECORD", "python/six.py",
                ],
            ])
    }

    @Test func `files of a function in a namespace stay its own`() throws {
        let folder = try Scratch()
        let source = try folder.zip([
            "company/tools/__init__.py": "", "company/app/__init__.py": "",
            "tools-1.dist-info/METADATA": metadata("company.tools", "1"),
            "tools-1.dist-info/RECORD": "company/tools/__init__.py,,\n",
        ])
        #expect(try paths(source)[""] == ["company/app/__init__.py"])
    }

    @Test func `a package without a record has the modules of its name or of top_level.txt`() throws {
        let folder = try Scratch()
        let source = try folder.zip([
            "my_tool/__init__.py": "", "my_tool-1.dist-info/METADATA": metadata("My-Tool", "1"),
            "old.egg-info/PKG-INFO": metadata("old", "3"), "old.egg-info/top_level.txt": "first\nsecond\n",
            "first.py": "", "second/__init__.py": "", "firstly.py": "",
        ])
        let found = try paths(source)
        #expect(found[""] == ["firstly.py"])
        #expect(found["my-tool 1"]?.contains("my_tool/__init__.py") == true)
        #expect(found["old 3"]?.contains("first.py") == true)
    }

    @Test func `a package that brings another has the other's files`() throws {
        let folder = try Scratch()
        let source = try folder.zip([
            "a/__init__.py": "", "a/_vendor/b-1.dist-info/METADATA": metadata("b", "1"),
            "a-1.dist-info/METADATA": metadata("a", "1"),
            "a-1.dist-info/RECORD": "a/__init__.py,,\na/_vendor/b-1.dist-info/METADATA,,\n",
        ])
        #expect(try paths(source).keys.sorted() == ["", "a 1"])
    }

    @Test func `a package of Node is its folder, with what is nested in it and its commands`() throws {
        let folder = try Scratch()
        let source = try folder.zip([
            .init("node_modules/.package-lock.json", content: "{}"),
            .link("node_modules/.bin/semver", to: "../semver/bin/semver.js"),
            .init("node_modules/semver/bin/semver.js"),
            .init("node_modules/semver/node_modules/lru/index.js"),
            .init(
                "node_modules/semver/package.json",
                content: #"{"version": "7.6", "dependencies": {"lru": "1"}, "peerDependencies": {"x": "*"}}"#),
            .init("node_modules/@aws-sdk/client-s3/package.json", content: "no JSON"),
            .link("node_modules/local", to: "../packages/local"), .init("index.mjs"),
        ])
        let listing = try PackageListing(of: source)
        #expect(listing.packages.map(\.label) == ["@aws-sdk/client-s3", "semver 7.6"])
        #expect(listing.packages[1].requirements == ["lru", "x"])
        #expect(listing.packages[1].files.count == 4)
        #expect(
            listing.rest.map { source.files[$0].path } == [
                "node_modules/.package-lock.json", "node_modules/local", "index.mjs",
            ])
    }

    @Test func `jars are packages by their names, and known modules without metadata`() throws {
        let folder = try Scratch()
        let source = try folder.zip([
            "java/lib/jackson-core-2.17.0.jar": "", "java/lib/own.jar": "", "java/other/x-1.jar": "",
            "boto3/__init__.py": "",
        ])
        let found = try paths(source, known: ["boto3", "numpy"])
        #expect(found.keys.sorted() == ["", "boto3", "jackson-core 2.17.0", "own"])
        #expect(found[""] == ["java/other/x-1.jar"])
    }

    @Test func `metadata in a damaged zip is an error that names the zip`() throws {
        let folder = try Scratch()
        let entry = ForgedZip.Entry("a-1.dist-info/METADATA", content: metadata("a", "1"))
        let source = try folder.zip([entry.with(\.declaredChecksum, 1)])
        #expect(
            throws: PackageReadError(
                path: source.name, reason: "damaged zip: the checksum differs ('a-1.dist-info/METADATA')")
        ) {
            try PackageListing(of: source)
        }
    }
}
