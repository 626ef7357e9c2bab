internal import Glibc
internal import LinuxSystem
public import PackageContents
public import ZipForge

/// A folder for packages of a test, which is removed with its owner.
public struct Scratch: ~Copyable {
    /// Its path.
    public let path: String

    /// Makes a folder.
    public init() throws {
        var template = Array("/tmp/strata-contents-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        let root = try? FileDescriptor.open("/", [.read, .directory])  // Best effort.
        try? root?.removeTree(at: FilePath(path.dropFirst()))  // Best effort.
    }

    /// Writes a file with mode 644, and the folders that it is in with 755.
    public func write(_ name: String, _ bytes: [UInt8]) throws {
        let names = name.split(separator: "/")
        for count in 1..<max(names.count, 1) {
            let folder = "\(path)/" + names.prefix(count).joined(separator: "/")
            mkdir(folder, 0o755)
            chmod(folder, 0o755)
        }
        let file = try FileDescriptor.open("\(path)/\(name)", [.write, .create, .truncate])
        try file.write(all: bytes)
        try file.setMode(0o644)
    }

    /// A zip with these entries, open for reading.
    public func zip(_ entries: [ForgedZip.Entry], name: String = "layer.zip") throws -> PackageSource {
        try write(name, ForgedZip(entries).bytes)
        return try PackageSource(reading: "\(path)/\(name)")
    }

    /// A zip of files with content.
    public func zip(_ files: [String: String], name: String = "layer.zip") throws -> PackageSource {
        try zip(files.sorted { $0.key < $1.key }.map { .init($0.key, content: $0.value) }, name: name)
    }
}

/// Python's metadata of a package.
public func metadata(_ name: String, _ version: String, needs: String...) -> String {
    "Metadata-Version: 2.1\nName: \(name)\nVersion: \(version)\n" + needs.map { "Requires-Dist: \($0)\n" }.joined()
}
