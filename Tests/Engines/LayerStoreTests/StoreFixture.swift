import Digest
import Glibc
import LinuxSystem

@testable import LayerStore

/// A store in a folder of its own, which is removed with the fixture.
final class StoreFixture {
    let path: String
    let store: LayerStore

    /// Opens an empty store. Most tests check its content and need no sync to disk.
    init(
        syncsToDisk: Bool = false, observe: @escaping IngestObserver = { _ throws(SystemCallError) in }
    ) throws {
        path = try Self.makeTemporaryFolder()
        store = try LayerStore(root: path + "/store", syncsToDisk: syncsToDisk, observe: observe)
    }

    deinit {
        Self.remove(path)
    }

    /// The paths below one of the store's folders.
    func names(in folder: String) throws -> Set<String> { try Self.names(in: "\(path)/store/\(folder)") }

    /// Everything that a failed ingest could leave behind: files, not the empty folders they are sorted into.
    func leftovers() throws -> Set<String> {
        var all: Set<String> = []
        for folder in ["ingest", "zips", "objects", "manifests", "trees"] {
            for name in try names(in: folder) where folder == "ingest" || name.contains("/") {
                all.insert("\(folder)/\(name)")
            }
        }
        return all
    }

    static func makeTemporaryFolder() throws -> String {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func remove(_ path: String) {
        // A test that cannot clean up has failed elsewhere already.
        try? FileDescriptor.open("/", [.read, .directory]).removeTree(at: FilePath(path))
    }

    static func names(in path: String) throws -> Set<String> {
        let folder = try FileDescriptor.open(FilePath(path), [.read, .directory])
        var names: Set<String> = []
        for name in try folder.entryNames() {
            names.insert(name.description)
            if try folder.status(at: name).kind == .directory {
                for below in try Self.names(in: "\(path)/\(name)") { names.insert("\(name)/\(below)") }
            }
        }
        return names
    }
}

/// A tree read back from disk: every path with its content.
enum Found: Equatable {
    case directory(mode: UInt32)
    case file(mode: UInt32, content: [UInt8])
    case link(String)

    static func tree(_ path: String) throws -> [String: Found] {
        let folder = try FileDescriptor.open(FilePath(path), [.read, .directory])
        var found: [String: Found] = [:]
        for name in try StoreFixture.names(in: path) {
            let status = try folder.status(at: FilePath(name))
            switch status.kind {
            case .directory: found[name] = .directory(mode: status.mode)
            case .symbolicLink: found[name] = .link(try folder.target(ofSymbolicLinkAt: FilePath(name)).description)
            case .file:
                let file = try folder.open(at: FilePath(name), .read)
                found[name] = .file(mode: status.mode, content: try file.bytes(count: status.size, at: 0))
            case .special: throw SystemCallError("special file \(name)", errno: EINVAL)
            }
        }
        return found
    }
}
