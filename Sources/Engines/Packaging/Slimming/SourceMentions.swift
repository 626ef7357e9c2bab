internal import Glibc

/// What the sources of installed packages say of folders with tests, and of type stubs.
///
/// A few packages need their tests: `from numpy._core.tests import _natype`, or data in `tests/data`. So a folder is
/// unneeded only where no source outside of such folders mentions it. A mention in a comment keeps it, too.
struct SourceMentions {
    /// The names of folders with tests.
    private static let names: Set<String> = ["tests", "test"]

    /// Folders with tests that are not mentioned.
    private var unneeded: Set<String> = []
    /// Top-level packages that load type stubs when they are imported.
    private var stubLoaders: Set<Substring> = []

    /// Reads all sources that are no tests, and those tests that these mention.
    init(of entries: [PackageEntry], includingTests: Bool) throws(PackagingError) {
        unneeded = Set(entries.compactMap { Self.testFolder(of: $0.path) })
        if includingTests { unneeded = [] }
        // pytest reads conftest.py, which says where the tests are; nothing imports it.
        var unread = entries.filter { $0.path.hasSuffix(".py") && !$0.path.hasSuffix("/conftest.py") }
        while true {
            let needed = unread.filter { !isUnneededTest($0.path) }
            if needed.isEmpty { return }
            unread.removeAll { !isUnneededTest($0.path) }
            for entry in needed { try read(entry) }
        }
    }

    /// Whether a path is in a folder with tests that nothing mentions.
    func isUnneededTest(_ path: String) -> Bool {
        Self.testFolder(of: path).map { unneeded.contains($0) } ?? false
    }

    /// Whether the package of a path reads its stubs at run time, as `lazy_loader.attach_stub` does.
    func loadsStubs(package path: String) -> Bool { stubLoaders.contains(path.prefix { $0 != "/" }) }

    /// The outermost folder with tests inside a package, of a path.
    private static func testFolder(of path: String) -> String? {
        let names = path.split(separator: "/")
        guard let index = names.dropLast().dropFirst().firstIndex(where: { Self.names.contains(String($0)) }) else {
            return nil
        }
        return names[...index].joined(separator: "/")
    }

    private mutating func read(_ entry: PackageEntry) throws(PackagingError) {
        let bytes = try entry.bytes()
        if Self.positions(of: "attach_stub", in: bytes).first != nil {
            stubLoaders.insert(entry.path.prefix { $0 != "/" })
        }
        guard !unneeded.isEmpty else { return }
        let folder = entry.path.split(separator: "/").dropLast().map(String.init)
        for position in Self.positions(of: "test", in: bytes) { keep(mentionedAt: position, of: bytes, in: folder) }
    }

    /// Keeps the folders that the word at a position may mean.
    private mutating func keep(mentionedAt position: Int, of bytes: [UInt8], in folder: [String]) {
        let start = bytes[..<position].lastIndex { !Self.isWord($0) }.map { $0 + 1 } ?? 0
        let end = bytes[position...].firstIndex { !Self.isWord($0) } ?? bytes.count
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        guard Self.names.contains(name) else { return }
        let line = bytes[..<start].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let before = String(decoding: bytes[line..<start], as: UTF8.self)
        switch before.last {
        case ".":
            keep(name, in: before.dropLast(), relativeTo: folder)
        case "\"", "'", "/":
            unneeded.remove((folder + [name]).joined(separator: "/"))
        default:
            // `from PACKAGE import tests`
            guard let module = before.firstRange(of: " import").map({ before[..<$0.lowerBound] }) else { return }
            if module.hasSuffix(".") {
                keep(name, in: module.dropLast(), relativeTo: folder)
            } else {
                keep(name, in: module, relativeTo: folder)
            }
        }
    }

    /// Keeps `PARENT.tests`, or what leading dots mean: `.tests`, `..tests`.
    private mutating func keep(_ name: String, in text: Substring, relativeTo folder: [String]) {
        let parent = String(text.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
        guard parent.isEmpty else {
            let end = "/\(parent)/\(name)"
            unneeded = unneeded.filter { !"/\($0)".hasSuffix(end) }
            return
        }
        let dots = text.reversed().prefix { $0 == "." }.count
        unneeded.remove((folder.dropLast(dots) + [name]).joined(separator: "/"))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private static func positions(of text: String, in bytes: [UInt8]) -> [Int] {
        let word = Array(text.utf8)
        var positions: [Int] = []
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var offset = 0
            while let found = memchr(base + offset, Int32(word[0]), buffer.count - offset) {
                let position = base.distance(to: found)
                offset = position + 1
                guard buffer.count - position >= word.count else { break }
                if memcmp(found, word, word.count) == 0 { positions.append(position) }
            }
        }
        return positions
    }
}
