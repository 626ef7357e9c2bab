import Testing

/// What the documents name must be there: a promise whose test was renamed or deleted is held by nothing.
@Suite struct PromiseTests {
    /// Something that a line of a document names.
    private enum Mention {
        case link(Substring)
        case pythonFile(Substring)
        case quoted(Substring)
    }

    private let tree = SourceTree.ofThisRepository
    private var documents: [SourceTree.File] { tree.files.filter { $0.path.hasSuffix(".md") } }

    @Test func `every file that a document links to is there`() {
        var count = 0
        for document in documents {
            for case .link(let target) in document.lines.flatMap(Self.mentions) where Self.isFile(target) {
                count += 1
                let path = Self.path(of: target, from: document.path)
                let isThere = tree.files.contains { $0.path == path || $0.path.hasPrefix("\(path)/") }
                #expect(isThere, "\(document.path): \(target)")
            }
        }
        #expect(count > 50)
    }

    @Test func `every test that a document names is in the file that it names`() {
        var count = 0
        for document in documents {
            for (number, line) in document.lines.enumerated() {
                let tests = namedTests(line, in: document)
                count += tests.count
                for (test, files) in tests where !files.contains(where: { Self.hasTest(test, in: $0) }) {
                    Issue.record("\(document.path): \(number + 1): there is no test '\(test)'")
                }
            }
        }
        #expect(count > 100)
    }

    /// The tests that a line names, each with the files that it may be in: the one that the line has named last, or any
    /// where it has named none.
    private func namedTests(
        _ line: Substring, in document: SourceTree.File
    ) -> [(test: Substring, files: [SourceTree.File])] {
        var file: String?
        return Self.mentions(line).compactMap { mention in
            switch mention {
            case .link(let target):
                file = Self.path(of: target, from: document.path)
                return nil
            case .pythonFile(let name):
                file = tree.files.first { $0.name == name }?.path ?? String(name)
                return nil
            case .quoted(let text):
                guard text.hasPrefix("test_") && !text.contains(".") || file?.hasSuffix(".swift") == true else {
                    return nil
                }
                let isAnyFile = file.map { !$0.hasSuffix(".swift") && !$0.hasSuffix(".py") } ?? true
                return (text, tree.files.filter { isAnyFile ? $0.path.hasPrefix("Tests/") : $0.path == file })
            }
        }
    }

    private static func mentions(_ line: Substring) -> [Mention] {
        line.matches(of: #/\[[^\]]*\]\(([^)]+)\)|\b(test_\w+\.py)\b|`([^`]+)`/#).compactMap { match in
            let (_, link, file, quoted) = match.output
            return link.map { .link($0) } ?? file.map { .pythonFile($0) } ?? quoted.map { .quoted($0) }
        }
    }

    private static func hasTest(_ name: Substring, in file: SourceTree.File) -> Bool {
        file.path.hasSuffix(".py") ? file.text.contains("\ndef \(name)(") : file.text.contains("func `\(name)`")
    }

    private static func isFile(_ target: Substring) -> Bool { !target.hasPrefix("http") && !target.hasPrefix("#") }

    /// The path from the repository's root of what a document links to.
    private static func path(of target: Substring, from document: String) -> String {
        var parts = document.split(separator: "/").dropLast()
        for part in target.prefix(while: { $0 != "#" }).split(separator: "/") {
            if part == ".." { parts = parts.dropLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
