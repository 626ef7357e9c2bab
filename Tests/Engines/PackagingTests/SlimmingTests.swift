import Testing

@testable import Packaging

@Suite struct SlimmingTests {
    private func left(_ files: [String: String], keeping kept: Set<SlimmingRule> = []) throws -> [String] {
        let entries = files.map { PackageEntry(path: $0.key, content: .bytes(Array($0.value.utf8))) }
        var savings: [LayerSaving] = []
        let rest = Set(try Slimming(kept: kept).slimmed(PackageEntry.inOrder(entries), savings: &savings).map(\.path))
        #expect(savings.reduce(0) { $0 + $1.fileCount } == files.count - rest.count)
        return files.keys.filter { !rest.contains($0) }.sorted()
    }

    @Test func `folders with tests inside packages are left out, and others stay`() throws {
        let files = [
            "a/__init__.py": "", "a/tests/test_a.py": "", "a/b/test/data.bin": "", "a/testing/x.py": "",
            "a/test.py": "",
            "tests/outside.py": "", "a/contest/x.py": "",
        ]
        #expect(try left(files) == ["a/b/test/data.bin", "a/tests/test_a.py"])
        #expect(try left(files, keeping: [.tests]) == [])
    }

    @Test(arguments: [
        "from a.b.tests import x", "import a.b.tests.x", "from .b.tests import x", "from .b import tests",
        "import_module('a.b.tests')", "from a.b import c, tests",
    ])
    func `tests that other code imports stay`(source: String) throws {
        #expect(try left(["a/__init__.py": source, "a/b/tests/x.py": "", "a/c/tests/x.py": ""]) == ["a/c/tests/x.py"])
    }

    @Test(arguments: [
        "from .tests import x", "from . import tests", "join(here, 'tests', 'data')", "open('tests/data')",
        "open(here + \"/tests/data\")",
    ])
    func `tests beside the code that uses them stay`(source: String) throws {
        #expect(try left(["a/b/x.py": source, "a/b/tests/x.py": "", "a/tests/x.py": ""]) == ["a/tests/x.py"])
    }

    @Test(arguments: ["from ..tests import x", "from .. import tests"])
    func `dots count folders upwards`(source: String) throws {
        #expect(try left(["a/b/x.py": source, "a/b/tests/x.py": "", "a/tests/x.py": ""]) == ["a/b/tests/x.py"])
    }

    @Test func `tests mention each other without effect, but those that stay may need more`() throws {
        #expect(
            try left(["a/tests/x.py": "import b.tests", "b/tests/y.py": "import a.tests", "b/z.py": ""]).count == 2)
        #expect(
            try left(["a/x.py": "import a.tests", "a/tests/x.py": "import b.tests", "b/tests/y.py": ""]).isEmpty)
    }

    @Test func `what configures pytest needs no tests`() throws {
        #expect(try left(["a/conftest.py": "path = 'tests'", "a/tests/x.py": ""]) == ["a/tests/x.py"])
    }

    @Test func `type stubs are left out, but for packages that load them, and markers stay`() throws {
        let files = [
            "a/x.pyi": "", "a/py.typed": "", "b/__init__.py": "lazy.attach_stub(__name__, __file__)", "b/x.pyi": "",
        ]
        #expect(try left(files) == ["a/x.pyi"])
        #expect(try left(files, keeping: [.stubs]) == [])
    }
}
