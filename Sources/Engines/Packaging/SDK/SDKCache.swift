internal import Digest
internal import Glibc
internal import LinuxSystem

/// The folders that servers of one user share: SDKs as they were installed, and the folders of runtimes, which have an
/// SDK, the runtime's own files and the bytecode of both.
///
/// Below the root: `sdk/RUNTIME/VERSION/`, what was installed; `runtimes/RUNTIME-KEY/`, hard links to that and the
/// rest; `failures/RUNTIME`, why the last installation failed; `drafts/`, work in progress. A folder that has its name
/// is complete: it is made below `drafts/`, synced to disk, and renamed. A server that makes one holds the lock of
/// `lock`; one that uses one holds a shared lock of the folder itself.
struct SDKCache: Sendable {
    let root: String

    /// Uses a folder, and makes it where it does not exist, with those above it.
    ///
    /// - Throws: `EPERM` also where it, or a folder above it, belongs to another user than root, who could change it.
    init(root: String) throws(SystemCallError) {
        self.root = root
        try makeFolders()
    }

    /// Makes the folders that are not there.
    func makeFolders() throws(SystemCallError) {
        let slash = try FileDescriptor.open("/", [.read, .directory])
        var path = ""
        for part in root.split(separator: "/") {
            path += "/\(part)"
            if try slash.statusIfPresent(at: FilePath(path)) == nil { try slash.ensureDirectory(at: FilePath(path)) }
            let owner = try slash.status(at: FilePath(path)).owner
            guard owner == geteuid() || owner == 0 else { throw SystemCallError("open \(path)", errno: EPERM) }
        }
        let folder = try FileDescriptor.open(FilePath(root), [.read, .directory])
        guard try folder.status().owner == geteuid() else { throw SystemCallError("open \(root)", errno: EPERM) }
        for name: FilePath in ["sdk", "runtimes", "failures", "drafts"] { try folder.ensureDirectory(at: name) }
    }

    /// Where an SDK is, or will be.
    func sdkFolder(of runtime: String, _ version: SDKVersion) -> String { "\(root)/sdk/\(runtime)/\(version)" }

    /// Where a runtime's folder is, or will be. Its name says what it is made of.
    func runtimeFolder(of source: RuntimeSource, _ version: SDKVersion) -> String {
        var content = Array("strata-runtime-1\0\(source.interpreterIdentity)\0\(version)\0".utf8)
        for file in source.files { content += Array("\(file.name)\0\(file.bytes.count)\0".utf8) + file.bytes }
        return "\(root)/runtimes/\(source.name)-\(SHA256Digest(hashing: content).hex.prefix(32))"
    }

    /// Waits for the lock of all changes.
    ///
    /// - Parameter isCancelled: asked again and again; when it says yes, `nil` is returned.
    func lock(unless isCancelled: () -> Bool) throws(FileLockError) -> FileLock? {
        while !isCancelled() {
            do throws(FileLockError) {
                return try FileLock.acquire(FilePath("\(root)/lock"))
            } catch .held {
                _ = poll(nil, 0, Self.lockPollMilliseconds)
            } catch {
                throw error
            }
        }
        return nil
    }

    private static let lockPollMilliseconds: Int32 = 50

    /// Makes an empty folder for a draft, and removes what killed servers have left. Under the lock.
    func makeDraft() throws(SystemCallError) -> String {
        let drafts = try FileDescriptor.open(FilePath("\(root)/drafts"), [.read, .directory])
        for name in try drafts.entryNames() { try drafts.removeTree(at: name) }
        // A program of a killed server may still write to a folder of another name.
        let name = "\(ProcessID.current)-\(String(UInt32.random(in: .min ... .max), radix: 16))"
        try drafts.makeDirectory(at: FilePath(name))
        return "\(root)/drafts/\(name)"
    }

    /// Removes a draft that got no place. What cannot be removed is removed with the next one.
    func discard(_ draft: String) {
        let here = try? FileDescriptor.open(FilePath("\(root)/drafts"), [.read, .directory])  // see above
        try? here?.removeTree(at: FilePath(draft.split(separator: "/").last ?? ""))  // see above
    }

    /// Gives a complete draft its place.
    func place(_ draft: String, at path: String) throws(SystemCallError) {
        let folder = try FileDescriptor.open(FilePath(root), [.read, .directory])
        if let parent = path.split(separator: "/").dropLast().last, path.hasPrefix("\(root)/sdk/") {
            try folder.ensureDirectory(at: FilePath("sdk/\(parent)"))
        }
        try folder.synchronizeFileSystem()
        try folder.renameWithoutReplacing(at: FilePath(draft), to: folder, FilePath(path))
    }

    /// Removes the other folders of a runtime that no server uses. Under the lock.
    func removeOldFolders(of runtime: String, besides path: String) throws(SystemCallError) {
        let runtimes = try FileDescriptor.open(FilePath("\(root)/runtimes"), [.read, .directory])
        for name in try runtimes.entryNames() {
            let other = "\(root)/runtimes/\(name)"
            guard name.description.hasPrefix("\(runtime)-"), other != path else { continue }
            do throws(FileLockError) {
                let lock = try FileLock.acquire(folder: FilePath(other), isShared: false)
                try? runtimes.removeTree(at: name)  // the next installation tries again
                _ = consume lock
            } catch {
                continue  // in use
            }
        }
    }

    /// Remembers why the last installation for a runtime failed, for `strata doctor`; `nil` for one that did not.
    func remember(_ failure: String?, of runtime: String) {
        let path = FilePath("failures/\(runtime)")
        do throws(SystemCallError) {
            let folder = try FileDescriptor.open(FilePath(root), [.read, .directory])
            try folder.removeTree(at: path)
            guard let failure else { return }
            try folder.open(at: path, [.write, .create, .exclusive, .noFollow]).write(all: Array(failure.utf8))
        } catch {
            // The log has it.
        }
    }

    /// What `remember` has for a runtime.
    func failure(of runtime: String) -> String? {
        do throws(SystemCallError) {
            let folder = try FileDescriptor.open(FilePath("\(root)/failures"), [.read, .directory])
            let file = try folder.open(at: FilePath(runtime), [.read, .noFollow])
            return String(decoding: try file.bytes(count: min(4_096, file.status().size), at: 0), as: UTF8.self)
        } catch {
            return nil
        }
    }

    /// Every installed SDK, by runtime.
    func installed(package: String) -> [InstalledSDK] {
        (DirectoryListing.names("\(root)/sdk") ?? []).sorted().flatMap { runtime in
            (DirectoryListing.names("\(root)/sdk/\(runtime)") ?? []).sorted().compactMap { label in
                let folder = "\(root)/sdk/\(runtime)/\(label)"
                guard let wanted = SDKVersion(label), let version = Self.version(of: package, in: folder) else {
                    return nil
                }
                return InstalledSDK(runtime: runtime, wanted: wanted, package: package, version: version)
            }
        }
    }

    /// The version of an installed package, by its `NAME-VERSION.dist-info`.
    static func version(of package: String, in folder: String) -> String? {
        for name in DirectoryListing.names(folder) ?? [] where name.hasPrefix("\(package)-") {
            if name.hasSuffix(".dist-info") { return String(name.dropFirst(package.count + 1).dropLast(10)) }
        }
        return nil
    }

    /// A folder that is only read.
    init(existing root: String) { self.root = root }
}
