import Glibc
import LinuxSystem
import Testing

@testable import Packaging

@Suite struct FunctionPackagerTests {
    private func package(_ folder: borrowing TemporaryFolder, to name: String = "out.zip") throws -> PackageReport {
        try FunctionPackager(code: folder.path + "/code").package(output: "\(folder.path)/\(name)") { _ in }
    }

    private func paths(_ folder: borrowing TemporaryFolder) throws -> [String] {
        try FolderListing(rules: IgnoreRules()).entries(of: folder.path + "/code").map(\.path)
    }

    @Test func `the same files make the same bytes for any times and group modes`() throws {
        let one = try TemporaryFolder()
        let other = try TemporaryFolder()
        for name in ["app.py", "lib/b.py", "lib/a.py"] { try one.write("code/\(name)", name, mode: 0o600) }
        for name in ["lib/a.py", "app.py", "lib/b.py"] { try other.write("code/\(name)", name, mode: 0o664) }
        try one.write("code/run", "#!/bin/sh", mode: 0o700)
        try other.write("code/run", "#!/bin/sh", mode: 0o775)
        try FileDescriptor.open("\(other.path)/code/app.py", [.read]).setTimes(seconds: 1_000_000)
        let reports = (try package(one), try package(other))
        #expect(reports.0.digest == reports.1.digest)
        #expect(try one.read("out.zip") == other.read("out.zip"))
        #expect(reports.0.fileCount == 4)
        #expect(reports.0.unzippedBytes == "app.pylib/a.pylib/b.py#!/bin/sh".utf8.count)
    }

    @Test func `ignored files are left out`() throws {
        let folder = try TemporaryFolder()
        for name in [".git/config", "a/__pycache__/x.py", "a/b.pyc", ".venv/bin/python", ".strataignore", "a/keep.py"] {
            try folder.write("code/\(name)", "")
        }
        #expect(try paths(folder) == ["a/keep.py"])
    }

    @Test func `what no function needs is left out and named, and can be brought back`() throws {
        let folder = try TemporaryFolder()
        let leftOut = [
            ".git/config", ".hg/store", ".strata/venv/bin/uv", "my env/pyvenv.cfg", "my env/lib/site.py", "old.zip",
            "node_modules/x/index.js",
        ]
        let packed = ["app.py", "data/model.zip", "vendor/node_modules/y.js"]
        for name in leftOut + packed { try folder.write("code/\(name)", name) }
        let report = try package(folder)
        #expect(report.fileCount == packed.count)
        #expect(
            report.leftOutTexts == [
                ".git", ".hg", ".strata", "my env (virtual environment)", "node_modules", "old.zip",
            ])
        let packager = FunctionPackager(code: folder.path + "/code", including: ["my env", "*.zip", "node_modules/"])
        let other = try packager.package(output: "\(folder.path)/other.zip") { _ in }
        #expect(other.fileCount == packed.count + 4)
        #expect(other.leftOutTexts == [".git", ".hg", ".strata"])
        #expect(other.largest.map(\.name).contains("my env"))
    }

    @Test func `the packages of a function in JavaScript are packed`() throws {
        let folder = try TemporaryFolder()
        for name in ["index.mjs", "tool.py", "node_modules/x/index.js"] { try folder.write("code/\(name)", "") }
        #expect(try package(folder).fileCount == 3)
    }

    @Test func `many files that one rule leaves out are counted`() throws {
        let folder = try TemporaryFolder()
        for number in 1...4 { try folder.write("code/p\(number)/__pycache__/x.pyc", "") }
        for name in ["app.py", ".strataignore"] { try folder.write("code/\(name)", "") }
        #expect(try package(folder).leftOutTexts == ["4 × __pycache__"])
    }

    @Test func `a package that is written into its own folder does not hold itself`() throws {
        let folder = try TemporaryFolder()
        try folder.write("code/app.py", "1")
        let first = try package(folder, to: "code/out.zip")
        let second = try package(folder, to: "code/out.zip")
        #expect(second.digest == first.digest && second.leftOutTexts.isEmpty)
    }

    @Test func `links inside the folder stay links, and links out of it are refused`() throws {
        let folder = try TemporaryFolder()
        try folder.write("code/lib/real.so", "")
        #expect(symlink("../lib/real.so", "\(folder.path)/code/lib/link.so") == 0)
        #expect(try package(folder).fileCount == 2)
        #expect(symlink("/etc/passwd", "\(folder.path)/code/leak") == 0)
        #expect(throws: PackagingError.self) { try package(folder) }
        #expect(try folder.names() == ["code", "out.zip"])
    }

    @Test func `a pipe is refused`() throws {
        let folder = try TemporaryFolder()
        try folder.write("code/app.py", "")
        #expect(mkfifo("\(folder.path)/code/pipe", 0o600) == 0)
        #expect(throws: PackagingError.self) { try package(folder) }
    }

    @Test(arguments: [
        ("a/b", "c", true), ("a/b", "../c", true), ("a/b", "../../c", false), ("b", "..", false), ("a/b", "/c", false),
        ("a/b", "./../a/b/../../x", true), ("a/b/c", "../../../d/../x", false),
    ])
    func `a link's target is resolved as text only`(path: String, target: String, isInside: Bool) {
        #expect(FolderListing.staysInside(path: path, target: target) == isInside)
    }

    @Test func `patterns match names at any depth and paths from the root`() {
        let rules = IgnoreRules(text: "# notes\n  *.md \nbuild/\n/docs/*.txt\n\n")
        for path in ["README.md", "a/b.md", "build", "a/build", "docs/x.txt", "a/.git"] {
            #expect(rules.excludes(path))
        }
        for path in ["a.mdx", "builds", "docs/a/x.txt", "x/docs/x.txt", "# notes"] { #expect(!rules.excludes(path)) }
    }

    @Test func `an empty folder is kept`() throws {
        let folder = try TemporaryFolder()
        try folder.write("code/app.py", "")
        mkdir("\(folder.path)/code/empty", 0o755)
        #expect(try paths(folder) == ["app.py", "empty"])
        #expect(try package(folder).fileCount == 1)
    }
}
