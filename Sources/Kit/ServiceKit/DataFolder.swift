internal import Digest
internal import Glibc
package import LinuxSystem
package import Runtimes

/// The folder of everything durable of a server.
package struct DataFolder {
    private let root: String

    /// Makes the folder, and those above it, where they do not exist. The folder becomes private to its owner (mode
    /// 0700), so one that has other files is refused and stays unchanged.
    package init(path: String) throws(StartupError) {
        root = path
        try Self.makeFolders(path)
        if !isDataFolder(), try !isEmpty() {
            throw StartupError(
                "The folder \(path) has other files in it and is no data folder of Strata. Choose another with --data, "
                    + "such as \(path)/strata.")
        }
        chmod(path, 0o700)
        if !isDataFolder(), let lack = Self.lackOfRoom(for: path, on: path) { throw lack }
    }

    /// An existing folder, unchanged.
    package init(existing path: String) { root = path }

    /// The path of a file or folder in it.
    package func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Locks the folder for this process.
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

    /// A secret key of this folder: 32 random bytes, made once.
    package func key(named name: String) throws(StartupError) -> [UInt8] {
        if let key = read(path(name), count: 64), key.count == 32 { return key }
        let key = HMACSHA256.makeKey()
        try write(key, to: path(name), mode: 0o600)
        return key
    }

    /// Writes the files of a runtime, readable by all users, because environments run as others. Files with the same
    /// content are not written again, so that a server starts on a full disk.
    package func install(_ program: RuntimeProgram, at name: String) throws(StartupError) {
        try Self.makeFolders(path(name))
        chmod(path(name), 0o755)
        for file in program.files {
            let path = path("\(name)/\(file.name)")
            guard read(path, count: file.bytes.count + 1) != file.bytes || chmod(path, 0o644) != 0 else { continue }
            try write(file.bytes, to: path, mode: 0o644)
        }
    }

    /// Why a new folder does not fit on the disk of an existing one; `nil` where it does. A folder that a server has
    /// used is opened on a full disk too.
    private static func lackOfRoom(for folder: String, on existing: String) -> StartupError? {
        var disk = statvfs()
        guard statvfs(existing, &disk) == 0 else { return nil }
        let (bytes, files) = (UInt64(disk.f_bavail) * UInt64(disk.f_frsize), UInt64(disk.f_favail))
        // A file system without a limit of files has none in total (statvfs(3)).
        let lacksFiles = disk.f_files > 0 && files < newFolderFiles
        guard bytes < newFolderBytes || lacksFiles else { return nil }
        return StartupError(
            "A new data folder takes about \(newFolderBytes >> 20) MB, and the disk of \(folder) has "
                + "\(bytes >> 20) MB and \(files) files free. Free some space, or choose a folder on another disk with "
                + "--data.")
    }

    /// What the databases, their logs and the files of runtimes take before the first function.
    private static let (newFolderBytes, newFolderFiles): (UInt64, UInt64) = (1 << 20, 64)

    /// Whether a server has used the folder.
    private func isDataFolder() -> Bool {
        ["lock", "catalog.sqlite"].contains { access(path($0), F_OK) == 0 }
    }

    /// Whether the folder has nothing in it but `lost+found`, which a new file system has.
    private func isEmpty() throws(StartupError) -> Bool {
        do throws(SystemCallError) {
            let names = try FileDescriptor.open(FilePath(root), [.read, .directory]).entryNames()
            return names.allSatisfy { $0 == FilePath("lost+found") }
        } catch {
            throw Self.unusable(root)
        }
    }

    /// The first bytes of a file; `nil` where it cannot be opened.
    private func read(_ path: String, count: Int) -> [UInt8]? {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let descriptor = FileDescriptor(owning: number)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, count in
            count = max(0, Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count))
        }
    }

    /// Writes a file under another name and renames it, so that no reader sees a part of it.
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
            let parent = folder
            folder += part
            if !folder.isEmpty, mkdir(folder, 0o755) != 0, errno != EEXIST {
                let (isFull, error) = (errno == ENOSPC, unusable(folder))
                throw isFull ? lackOfRoom(for: path, on: parent) ?? error : error
            }
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
