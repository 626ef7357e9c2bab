import Glibc
import LinuxSystem

@testable import Archive

/// A zip in an unlinked file, which is deleted when it is closed.
func anonymousFile(_ bytes: [UInt8] = []) throws -> FileDescriptor {
    var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
    let number = mkstemp(&template)
    guard number >= 0 else { throw SystemCallError("mkstemp") }
    unlink(template)
    let file = FileDescriptor(owning: number)
    try file.write(all: bytes, at: 0)
    return file
}

/// Opens a zip that is in memory.
func reader(_ bytes: [UInt8], maximumEntryCount: Int = 1_000) throws -> ZipReader {
    try ZipReader(anonymousFile(bytes), maximumEntryCount: maximumEntryCount)
}

/// The bytes of a zip that `body` writes.
func written(_ body: (inout ZipWriter) throws -> Void) throws -> [UInt8] {
    let file = try anonymousFile()
    let copy = dup(file.rawValue)
    var writer = ZipWriter(FileDescriptor(owning: copy))
    try body(&writer)
    try writer.finish()
    return try file.bytes(count: file.status().size, at: 0)
}

/// A zip's entries, each as one line of text.
func listing(_ bytes: [UInt8]) throws -> [String] {
    let reader = try reader(bytes)
    let buffers = ZipBuffers()
    return try reader.entries.indices.map { index in
        let entry = reader.entries[index]
        let content = try reader.content(of: index, using: buffers)
        let mode = entry.mode.map { String($0, radix: 8) } ?? "none"
        let start = String(decoding: content.prefix(20), as: UTF8.self)
        return "\(entry.displayPath) \(entry.kind) \(mode) \(content.count) \(start)"
    }
}
