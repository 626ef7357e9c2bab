internal import Glibc
public import Store

/// Storage of a test, in a folder of its own; both are removed with it.
public final class TestStorage: Storage {
    /// The folder. With SQLite it has the files of the stores.
    public let folder: String
    private let storage: any Storage
    private let release: @Sendable () -> Void

    /// Makes storage on an engine.
    public init(_ engine: TestEngine = .current) throws {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TemporaryFolderError(number: errno) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        (storage, release) = try engine.open(folder)
    }

    deinit {
        release()
        for name in Self.names(in: folder) { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Opens a store.
    public func engine(named name: String) throws(StoreError) -> any Engine { try storage.engine(named: name) }

    private struct TemporaryFolderError: Error {
        let number: Int32
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                names.append(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
            }
        }
        return names
    }
}
