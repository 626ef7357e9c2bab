import Glibc
import Testing

@testable import LinuxSystem

@Suite final class FileTests {
    private let path: String
    private let folder: FileDescriptor

    init() throws {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        folder = try FileDescriptor.open(FilePath(path), [.read, .directory])
    }

    deinit {
        // A test that cannot clean up has failed elsewhere already.
        try? FileDescriptor.open("/", [.read, .directory]).removeTree(at: FilePath(path))
    }

    @Test func `what is written is read, from any offset`() throws {
        let file = try folder.open(at: "f", [.readWrite, .create, .exclusive])
        try file.write(all: Array("hello".utf8))
        try file.write(all: Array("J".utf8), at: 0)
        #expect(try file.bytes(count: 100, at: 1) == Array("ello".utf8))
        #expect(try file.bytes(count: 2, at: 0) == Array("Je".utf8))
        #expect(try file.bytes(count: 2, at: 50) == [])
        try file.setMode(0o640)
        try file.setTimes(seconds: 12)
        let status = try folder.status(at: "f")
        #expect((status.kind, status.mode, status.size, status.modificationTimeSeconds) == (.file, 0o640, 5, 12))
    }

    @Test func `opening beneath a directory never leaves it`() throws {
        try folder.makeDirectory(at: "d")
        try folder.makeSymbolicLink(at: "link", target: "d")
        try folder.makeSymbolicLink(at: "out", target: "/etc")
        for path in ["../x", "/etc/passwd", "link/f", "out/passwd", "out"] as [FilePath] {
            #expect(throws: SystemCallError.self) { _ = try folder.open(beneath: path, .read).rawValue }
        }
        _ = try folder.open(beneath: "d/f", [.write, .create])
        #expect(try folder.status(at: "d/f").kind == .file)
    }

    @Test func `a path with NUL inside is an error, not another path`() {
        let path = FilePath([UInt8(ascii: "a"), 0, UInt8(ascii: "b")])
        let error = #expect(throws: SystemCallError.self) { try folder.makeDirectory(at: path) }
        #expect(error?.number == EINVAL)
    }

    @Test func `names are created, renamed, exchanged and removed`() throws {
        try folder.makeDirectory(at: "a")
        try folder.ensureDirectory(at: "a")
        _ = try folder.open(at: "f", [.write, .create])
        #expect(throws: SystemCallError.self) { try folder.ensureDirectory(at: "f") }
        try folder.link(at: "f", to: folder, "g")
        #expect(try folder.status(at: "g").linkCount == 2)
        let error = #expect(throws: SystemCallError.self) {
            try folder.renameWithoutReplacing(at: "f", to: folder, "a")
        }
        #expect(error?.number == EEXIST)
        try folder.exchange("f", with: folder, "a")
        #expect(try folder.status(at: "f").kind == .directory)
        try folder.removeDirectory(at: "f")
        #expect(try Set(folder.entryNames()) == ["a", "g"])
        #expect(try folder.statusIfPresent(at: "f") == nil)
    }

    @Test func `a tree is removed with inaccessible directories, without following links`() throws {
        try folder.makeDirectory(at: "keep")
        try folder.makeDirectory(at: "d")
        try folder.makeDirectory(at: "d/closed")
        _ = try folder.open(at: "d/closed/f", [.write, .create])
        try folder.makeSymbolicLink(at: "d/link", target: "../keep")
        try folder.open(at: "d/closed", [.read, .directory]).setMode(0)
        try folder.removeTree(at: "d")
        try folder.removeTree(at: "d")
        #expect(try folder.entryNames() == ["keep"])
    }

    @Test func `names that are not UTF-8 are preserved`() throws {
        let name = FilePath([0xff, 0xfe])
        _ = try folder.open(at: name, [.write, .create])
        #expect(try folder.entryNames() == [name])
    }

    @Test func `a lock has one holder until it is released`() throws {
        let lock = FilePath(path + "/lock")
        do {
            let held = try FileLock.acquire(lock)
            #expect(throws: FileLockError.held(path: path + "/lock")) { _ = try FileLock.acquire(lock) }
            _ = consume held
        }
        _ = try FileLock.acquire(lock)
        #expect(throws: FileLockError.self) { _ = try FileLock.acquire("/nowhere/at/all") }
    }
}
