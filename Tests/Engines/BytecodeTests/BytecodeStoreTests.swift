import Bytecode
import Digest
import Glibc
import LinuxSystem
import Testing

/// Packs on disk, in a folder that is removed with the test.
struct BytecodeStoreTests: ~Copyable {
    private let root: String
    private let python = InterpreterIdentity(
        runtime: "python3.12", files: [InterpreterFile(path: "/python", bytes: 1, modified: 1, inode: 1)])
    private let tree = SHA256Digest(hashing: Array("tree".utf8))
    private var key: BytecodeKey { BytecodeKey(tree: tree, interpreter: python) }

    init() throws {
        var template = Array("/tmp/strata-bytecode-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileDescriptor.open("/tmp", [.read, .directory]).removeTree(at: FilePath(root))
    }

    private func write(_ text: String, as key: BytecodeKey, to store: BytecodeStore) throws {
        let draft = try store.makeDraft()
        try draft.write(Array(text.utf8))
        try store.place(draft, as: key, current: [key.interpreter])
    }

    private func content(_ path: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), .read)
        return try file.bytes(count: file.status().size, at: 0)
    }

    @Test func `a pack is found with what was written and its digest at the end`() throws {
        let store = try BytecodeStore(root: root)
        #expect(store.path(of: key) == nil)
        try write("pack", as: key, to: store)
        let path = try #require(store.path(of: key))
        #expect(try content(path) == Array("pack".utf8) + SHA256Digest(hashing: Array("pack".utf8)).bytes)
        #expect(try BytecodeStore(root: root).path(of: key) == path)
    }

    @Test(arguments: [0, 3, 4, 20, 35])
    func `a pack with a changed byte is never found, and removed`(_ offset: Int) throws {
        try write("pack", as: key, to: try BytecodeStore(root: root))
        let path = try #require(try BytecodeStore(root: root).path(of: key))
        let file = try FileDescriptor.open(FilePath(path), .readWrite)
        let byte = try file.bytes(count: 1, at: offset)
        try file.write(all: [byte[0] ^ 1], at: offset)
        #expect(try BytecodeStore(root: root).path(of: key) == nil)
        #expect(access(path, F_OK) != 0)
    }

    @Test(arguments: [0, 1, 32, 35])
    func `a pack that was cut off is never found`(_ length: Int) throws {
        try write("pack", as: key, to: try BytecodeStore(root: root))
        let path = try #require(try BytecodeStore(root: root).path(of: key))
        #expect(truncate(path, length) == 0)
        #expect(try BytecodeStore(root: root).path(of: key) == nil)
    }

    @Test func `a draft that gets no place leaves nothing, also one of a server that was killed`() throws {
        let store = try BytecodeStore(root: root)
        do {
            let draft = try store.makeDraft()
            try draft.write([1, 2, 3])
            #expect(DirectoryNames.of("\(root)/ingest").count == 1)
        }
        #expect(DirectoryNames.of("\(root)/ingest").isEmpty)
        #expect(open("\(root)/ingest/7", O_CREAT | O_WRONLY, 0o600) >= 0)
        _ = try BytecodeStore(root: root)
        #expect(DirectoryNames.of("\(root)/ingest").isEmpty)
        #expect(store.path(of: key) == nil)
    }

    @Test func `another interpreter in the same place has packs of its own, and the old ones go`() throws {
        let store = try BytecodeStore(root: root)
        let other = BytecodeKey(
            tree: tree,
            interpreter: InterpreterIdentity(
                runtime: "python3.12", files: [InterpreterFile(path: "/python", bytes: 1, modified: 2, inode: 1)]))
        try write("old", as: key, to: store)
        #expect(store.path(of: other) == nil)
        try write("new", as: other, to: store)
        #expect(store.path(of: key) == nil)
        #expect(store.path(of: other) != nil)
    }

    @Test func `packs go with their tree`() throws {
        let store = try BytecodeStore(root: root)
        let kept = BytecodeKey(tree: SHA256Digest(hashing: Array("kept".utf8)), interpreter: python)
        try write("one", as: key, to: store)
        try write("two", as: kept, to: store)
        try store.removePacks { $0 == kept.tree }
        #expect(store.path(of: key) == nil)
        #expect(store.path(of: kept) != nil)
    }
}

/// The names in a folder.
private enum DirectoryNames {
    static func of(_ path: String) -> [FilePath] {
        do {
            return try FileDescriptor.open(FilePath(path), [.read, .directory]).entryNames()
        } catch {
            return []
        }
    }
}
