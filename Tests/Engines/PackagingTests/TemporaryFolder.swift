import Glibc
import LinuxSystem
import Testing

/// A folder that is removed with its owner.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/strata-packaging-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        let root = try? FileDescriptor.open("/", [.read, .directory])
        try? root?.removeTree(at: FilePath(path.dropFirst()))
    }

    /// Writes a file, and the folders that it is in.
    func write(_ name: String, _ text: String, mode: UInt32 = 0o644) throws {
        let names = name.split(separator: "/")
        for count in 1..<max(names.count, 1) { mkdir("\(path)/" + names.prefix(count).joined(separator: "/"), 0o755) }
        let file = try FileDescriptor.open("\(path)/\(name)", [.write, .create, .truncate], mode: mode)
        try file.write(all: Array(text.utf8))
        try file.setMode(mode)
    }

    func read(_ name: String) throws -> [UInt8] {
        let file = try FileDescriptor.open("\(path)/\(name)", [.read])
        return try file.bytes(count: file.status().size, at: 0)
    }

    /// The files of a zip in the folder, by their paths; read by another program than the one that is tested.
    func unzipped(_ name: String) throws -> [String: String] {
        let target = "\(path)/\(name).content"
        let outcome = try ForegroundProcess.run(
            "/usr/bin/unzip", ["-q", "\(path)/\(name)", "-d", target], environment: [:], isCancelled: { false }
        ) { _ in }
        #expect(outcome == .exited(0))
        var files: [String: String] = [:]
        try Self.read("", below: FileDescriptor.open(FilePath(target), [.read, .directory]), into: &files)
        try FileDescriptor.open("/", [.read, .directory]).removeTree(at: FilePath(target.dropFirst()))
        return files
    }

    private static func read(
        _ path: String, below folder: borrowing FileDescriptor, into files: inout [String: String]
    ) throws {
        for name in try folder.entryNames() {
            if try folder.status(at: name).kind == .directory {
                try read("\(path)\(name)/", below: folder.open(at: name, [.read, .directory]), into: &files)
            } else {
                let file = try folder.open(at: name, [.read])
                files["\(path)\(name)"] = String(
                    decoding: try file.bytes(count: file.status().size, at: 0), as: UTF8.self)
            }
        }
    }

    /// The names in the folder, sorted.
    func names() throws -> [String] {
        try FileDescriptor.open(FilePath(path), [.read, .directory]).entryNames().map(\.description).sorted()
    }
}
