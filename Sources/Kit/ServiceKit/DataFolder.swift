internal import Digest
internal import Glibc
package import LinuxSystem
package import Runtimes

/// The folder that holds everything durable of a server.
package struct DataFolder {
    private let root: String

    /// Makes the folder, and those above it, where they do not exist. Only its owner may look into it, so a folder that
    /// holds anything else is refused, as it is.
    package init(path: String) throws(StartupError) {
        root = path
        try Self.makeFolders(path)
        if !isServers(), try !isEmpty() {
            throw StartupError(
                "The folder \(path) holds other files, and no server's data. Choose another with --data, such as "
                    + "\(path)/strata.")
        }
        chmod(path, 0o700)
    }

    /// Takes a folder that is there already, as it is.
    package init(existing path: String) { root = path }

    /// A path below the folder.
    package func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Takes the folder for this process.
    package func lock() throws(StartupError) -> DataFolderLock {
        do throws(FileLockError) {
            return DataFolderLock(try FileLock.acquire(FilePath(path("lock"))))
        } catch .held {
            throw StartupError(
                "The data folder \(root) is in use by another server. Stop that one, or choose another with --data.")
        } catch {
            throw StartupError("The data folder \(root) cannot be used: \(error)", cause: error)
        }
    }

    /// A secret of this folder: 32 random bytes, made once.
    package func key(named name: String) throws(StartupError) -> [UInt8] {
        if let key = read(path(name), count: 64), key.count == 32 { return key }
        let key = HMACSHA256.makeKey()
        try write(key, to: path(name), mode: 0o600)
        return key
    }

    /// Writes the files of a runtime, readable for everybody: environments see them. What is there already stays as it
    /// is, so that a server starts on a full disk, too.
    package func install(_ program: RuntimeProgram, at name: String) throws(StartupError) {
        try Self.makeFolders(path(name))
        chmod(path(name), 0o755)
        for file in program.files {
            let path = path("\(name)/\(file.name)")
            guard read(path, count: file.bytes.count + 1) != file.bytes || chmod(path, 0o644) != 0 else { continue }
            try write(file.bytes, to: path, mode: 0o644)
        }
    }

    /// Whether a server has begun to use the folder.
    private func isServers() -> Bool {
        ["lock", "catalog.sqlite"].contains { access(path($0), F_OK) == 0 }
    }

    /// Whether nothing is in the folder but what a new file system has.
    private func isEmpty() throws(StartupError) -> Bool {
        do throws(SystemCallError) {
            let names = try FileDescriptor.open(FilePath(root), [.read, .directory]).entryNames()
            return names.allSatisfy { $0 == FilePath("lost+found") }
        } catch {
            throw Self.unusable(root)
        }
    }

    /// The beginning of a file.
    private func read(_ path: String, count: Int) -> [UInt8]? {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let descriptor = FileDescriptor(owning: number)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, count in
            count = max(0, Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count))
        }
    }

    /// Writes a file beside its place and moves it there: no reader sees half of it.
    private func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(StartupError) {
        let draft = path + ".new"
        let number = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard number >= 0 else { throw Self.unusable(path) }
        let descriptor = FileDescriptor(owning: number)
        guard Glibc.write(number, bytes, bytes.count) == bytes.count, fchmod(number, mode) == 0, fsync(number) == 0,
            rename(draft, path) == 0
        else { throw Self.unusable(path) }
        _ = consume descriptor
    }

    private static func makeFolders(_ path: String) throws(StartupError) {
        var folder = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            folder += part
            if !folder.isEmpty, mkdir(folder, 0o755) != 0, errno != EEXIST { throw unusable(folder) }
            folder += "/"
        }
    }

    private static func unusable(_ path: String) -> StartupError {
        let error = SystemCallError(path)
        return StartupError("The data folder cannot be used: \(error)", cause: error)
    }
}

/// Holds a data folder until the server's process ends.
package final class DataFolderLock: Sendable {
    private let lock: FileLock

    /// Holds a lock.
    package init(_ lock: consuming FileLock) { self.lock = lock }
}
