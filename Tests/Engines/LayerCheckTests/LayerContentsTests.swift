import Glibc
import LinuxSystem
import PackageContents
import Testing
import ZipForge

@testable import LayerCheck

@Suite struct LayerContentsTests {
    private static let metadata = """
        Metadata-Version: 2.1\r
        Name: Python_DateUtil.x\r
        Version: 2.9\r
        Requires-Dist: six>=1.5\r
        Requires-Dist: Zope.Interface (>=5)\r
        Requires-Dist: tomli; python_version < "3.11"\r
        \r
        Name: not-this
        """

    @Test func `a zip and a folder with the same files are read alike`() throws {
        let folder = try Scratch()
        try folder.write("layer/python/x-1.dist-info/METADATA", Self.metadata)
        try folder.write("layer/keys/server.key", "-----BEGIN EC PRIVATE KEY-----\n")
        try folder.write("layer/keys/cacert.pem", "-----BEGIN CERTIFICATE-----\n")
        symlink("server.key", "\(folder.path)/layer/keys/link")
        let zip = ForgedZip([
            .init("keys/", unixMode: 0o040755), .init("keys/cacert.pem", content: "-----BEGIN CERTIFICATE-----\n"),
            .link("keys/link", to: "server.key"),
            .init("keys/server.key", content: "-----BEGIN EC PRIVATE KEY-----\n"),
            .init("python/", unixMode: 0o040755), .init("python/x-1.dist-info/", unixMode: 0o040755),
            .init("python/x-1.dist-info/METADATA", content: Self.metadata),
        ])
        try folder.write("layer.zip", zip.bytes)

        let unpacked = try LayerContents(reading: "\(folder.path)/layer")
        let zipped = try LayerContents(reading: "\(folder.path)/layer.zip")
        #expect(unpacked.isFolder && !zipped.isFolder)
        #expect(unpacked.files == zipped.files)
        let contents = Dictionary(zipped.files.map { ($0.path, $0.content) }) { first, _ in first }
        #expect(contents["keys/server.key"] == .privateKey)
        #expect(contents["keys/cacert.pem"] == .unread)
        let package = PythonPackage(
            name: "python-dateutil-x", version: "2.9", requirements: ["six", "zope-interface"],
            conditionalRequirements: ["tomli"])
        #expect(contents["python/x-1.dist-info/METADATA"] == .pythonPackage(package))
    }

    @Test func `what cannot be read is named once`() throws {
        let folder = try Scratch()
        try folder.write("text.zip", "no zip")
        #expect(throws: PackageReadError.self) { try LayerContents(reading: "\(folder.path)/text.zip") }
        do {
            _ = try LayerContents(reading: "/missing/layer.zip")
            Issue.record("read")
        } catch {
            #expect(error.description == "/missing/layer.zip: No such file or directory")
        }
    }
}

/// A folder that is removed with its owner.
private struct Scratch: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/strata-layer-check-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        let root = try? FileDescriptor.open("/", [.read, .directory])
        try? root?.removeTree(at: FilePath(path.dropFirst()))
    }

    /// Writes a file with mode 644, and the folders that it is in with 755.
    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
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
}
