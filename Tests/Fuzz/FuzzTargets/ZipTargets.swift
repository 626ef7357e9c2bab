import LinuxSystem
import ZipForge

@testable import Archive
@testable import LayerStore

/// Zips, which clients upload.
extension FuzzTarget {
    /// Any bytes.
    static let zip = FuzzTarget("zip") { input in try checkZip(Array(input)) }

    /// A zip whose fields the input chooses: checksums are right where it does not say otherwise, which no mutation of
    /// a zip's bytes finds.
    static let forgedZip = FuzzTarget("forged-zip") { input in
        var cursor = InputCursor(input)
        try checkZip(cursor.zip().bytes)
    }

    /// Content is read where it is declared to be no longer than this, so that no input takes long.
    private static let longestContent = 4 << 20

    private static func checkZip(_ bytes: [UInt8]) throws {
        guard let zip = try reader(of: bytes) else { return }
        let buffers = ZipBuffers()
        var copies: [(path: String, mode: UInt32, content: [UInt8])] = []
        for index in zip.entries.indices where zip.entries[index].size <= longestContent {
            let entry = zip.entries[index]
            try checkPath(entry.path)
            var count = 0
            do throws(ArchiveError) {
                try zip.unpack(index, using: buffers) { piece throws(SystemCallError) in count += piece.count }
            } catch {
                try expect(count <= entry.size, "\(count) bytes of content, declared are \(entry.size)")
                continue
            }
            try expect(count == entry.size, "\(count) bytes of content, declared are \(entry.size)")
            let content = try zip.content(of: index, using: buffers)
            try expect(content.count == count && crc32(content) == entry.checksum, "the content changes")
            if entry.kind == .file, let path = String(validating: entry.path, as: UTF8.self), content.count < 4_096 {
                copies.append((path, entry.mode ?? 0o644, content))
            }
        }
        try checkCopies(copies)
    }

    /// What a writer makes of the entries is read as the same.
    private static func checkCopies(_ copies: [(path: String, mode: UInt32, content: [UInt8])]) throws {
        let file = try FileDescriptor.memoryFile("zip", content: [])
        var writer = ZipWriter(try file.duplicate(), level: 1)
        for copy in copies { try writer.addFile(copy.path, mode: copy.mode, bytes: copy.content) }
        try writer.finish()
        let written = try file.bytes(count: file.status().size, at: 0)
        guard let zip = try reader(of: written) else { throw FuzzFinding("a written zip cannot be read") }
        try expect(zip.entries.count == copies.count, "entries were lost")
        let buffers = ZipBuffers()
        for (index, copy) in copies.enumerated() {
            let entry = zip.entries[index]
            try expect(entry.path == Array(copy.path.utf8), "'\(copy.path)' is written as '\(entry.displayPath)'")
            let content = try zip.content(of: index, using: buffers)
            try expect(content == copy.content, "the content of '\(copy.path)' is written as another")
        }
    }

    /// A zip's reader; `nil` where it is refused.
    private static func reader(of bytes: [UInt8]) throws -> ZipReader? {
        let file = try FileDescriptor.memoryFile("zip", content: bytes)
        do throws(ArchiveError) {
            return try ZipReader(file, maximumEntryCount: 1_000)
        } catch {
            if case .system(let failure) = error { throw FuzzFinding("a system call failed: \(failure)") }
            return nil
        }
    }

    /// A path that is accepted stays inside, and is the same when it is read again.
    private static func checkPath(_ bytes: [UInt8]) throws {
        let path: TreePath
        do throws(ZipRefusal) { path = try TreePath(bytes) } catch { return }
        for name in path.components {
            let isSafe = !name.isEmpty && !name.contains(0) && !name.contains(UInt8(ascii: "/"))
            try expect(isSafe && name.count <= 255, "a name is unsafe: \(Array(name))")
            try expect(!name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8), "a path leaves its folder")
        }
        guard !path.components.isEmpty else { return }
        let again = try TreePath(Array(path.components.joined(separator: [UInt8(ascii: "/")])))
        try expect(again.components == path.components, "a path is another one when it is read again")
    }
}

extension FileDescriptor {
    fileprivate borrowing func duplicate() throws -> FileDescriptor {
        try FileDescriptor.open(FilePath("/proc/self/fd/\(rawValue)"), [.read, .write])
    }
}

extension InputCursor {
    fileprivate mutating func zip() -> ForgedZip {
        var zip = ForgedZip((0..<count(upTo: 6)).map { _ in entry() })
        if flag() { zip.prefix = bytes() }
        if flag() { zip.comment = bytes() }
        if flag() { zip.declaredCount = Int(number(UInt16.self)) }
        if flag() { zip.declaredDisks = [number(), number()] }
        return zip
    }

    private mutating func entry() -> ForgedZip.Entry {
        var entry = ForgedZip.Entry(bytes(), unixMode: number(UInt32.self) >> 16, content: bytes())
        entry.method = [0, 0, 8, UInt16(byte())][count(upTo: 3)]
        if entry.method == 8 { entry.stored = flag() ? deflated(entry.content) : bytes() }
        if flag() { entry.flags = number() }
        if flag() { entry.extra = bytes() }
        if flag() { (entry.date, entry.time) = (number(), number()) }
        if flag() { entry.localName = bytes() }
        if flag() { entry.declaredSize = Int(number(UInt32.self)) }
        if flag() { entry.declaredStoredSize = Int(number(UInt32.self)) }
        if flag() { entry.declaredChecksum = number() }
        if flag() { entry.declaredOffset = Int(number(UInt32.self)) }
        if flag() { entry.dosAttributes = UInt32(byte()) }
        return entry
    }

    private func deflated(_ content: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var deflater = Deflater(level: 1)
        content.withUnsafeBytes { deflater.compress($0, isLast: true) { output += $0 } }
        return output
    }
}
