import Glibc
import Testing

@testable import FunctionExecution

@Suite struct ExtensionProgramsTests {
    /// A folder that goes away with the test.
    private final class Folder {
        let path: String

        init() throws {
            var template = Array("/tmp/strata-extensions.XXXXXX".utf8CString)
            try #require(mkdtemp(&template) != nil)
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        deinit { _ = system("rm -r '\(path)'") }

        func directory(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

        func file(_ name: String) {
            let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT, 0o755)
            if descriptor >= 0 { close(descriptor) }
        }
    }

    @Test func `extensions of all layers run, in the order of their names`() throws {
        let folder = try Folder()
        for name in ["a", "a/extensions", "b", "b/extensions", "c"] { folder.directory(name) }
        for name in ["a/extensions/two", "a/extensions/both", "b/extensions/both", "b/extensions/one"] {
            folder.file(name)
        }
        let trees = ["a", "b", "c"].map { "\(folder.path)/\($0)" }
        #expect(ExtensionPrograms.names(in: trees) == ["both", "one", "two"])
        #expect(ExtensionPrograms.names(in: ["\(folder.path)/c", "/nowhere"]).isEmpty)
    }

    @Test func `a folder is no extension, also where it covers a file of an earlier layer`() throws {
        let folder = try Folder()
        for name in ["a", "a/extensions", "b", "b/extensions", "b/extensions/lib"] { folder.directory(name) }
        folder.file("a/extensions/lib")
        #expect(ExtensionPrograms.names(in: ["\(folder.path)/a", "\(folder.path)/b"]).isEmpty)
        #expect(ExtensionPrograms.names(in: ["\(folder.path)/b", "\(folder.path)/a"]) == ["lib"])
    }
}
