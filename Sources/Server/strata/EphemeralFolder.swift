internal import Glibc
internal import LinuxSystem
internal import ServiceKit

/// A data folder that goes with its server: `strata start --ephemeral`.
///
/// A server that is killed leaves its folder. The next ephemeral server of the same user removes it: the folder's name
/// has the process, and its lock is free.
struct EphemeralFolder: ~Copyable {
    private let parent: String
    private let name: String

    /// The folder: private to its owner, and empty at first.
    var path: String { "\(parent)/\(name)" }

    private static let prefix = "strata-ephemeral-"

    /// Makes the folder, and removes those of servers that were killed.
    ///
    /// - Parameter parent: a folder for temporary files.
    init(below parent: String) throws(StartupError) {
        Self.removeLeftovers(in: parent)
        var template = Array("\(parent)/\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            let error = SystemCallError(parent)
            throw StartupError("No temporary data folder can be made in \(parent): \(error)", cause: error)
        }
        let path = template.dropLast().map { UInt8(bitPattern: $0) }
        self.parent = parent
        name = String(decoding: path.dropFirst(parent.utf8.count + 1), as: UTF8.self)
    }

    /// Removes the folder with everything in it.
    consuming func remove() { Self.remove(name, in: parent) }

    private static func removeLeftovers(in parent: String) {
        for name in DirectoryListing.names(parent) ?? [] where name.hasPrefix(prefix) {
            let process = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" }) ?? 0
            guard process > 0, ProcessState.hasEnded(process), isOurs(name, in: parent) else { continue }
            do throws(FileLockError) {
                let lock = try FileLock.acquire(FilePath("\(parent)/\(name)/lock"))
                remove(name, in: parent)
                _ = consume lock
            } catch {
                // In use by a process that is not seen from here, such as one of another container.
                continue
            }
        }
    }

    /// Whether it is a folder of this user, and no link that another user has put there.
    private static func isOurs(_ name: String, in parent: String) -> Bool {
        do throws(SystemCallError) {
            let folder = try FileDescriptor.open(FilePath(parent), [.read, .directory])
            let status = try folder.status(at: FilePath(name))
            return status.kind == .directory && status.owner == geteuid()
        } catch {
            return false
        }
    }

    private static func remove(_ name: String, in parent: String) {
        do throws(SystemCallError) {
            try FileDescriptor.open(FilePath(parent), [.read, .directory]).removeTree(at: FilePath(name))
        } catch {
            let line = Array("Strata could not remove its data folder \(parent)/\(name): \(error)\n".utf8)
            write(STDERR_FILENO, line, line.count)
        }
    }
}
