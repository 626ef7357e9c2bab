internal import Glibc

/// An exclusive claim on a file, by which one server owns a data folder (flock(2)).
///
/// The claim ends with this value, or with the process, however it ends; the file stays.
public struct FileLock: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Claims a file, which is made when it is not there.
    ///
    /// - Throws: `.held` when another process, or another part of this one, has the claim.
    public static func acquire(_ path: FilePath) throws(FileLockError) -> FileLock {
        do throws(SystemCallError) {
            let descriptor = try FileDescriptor.open(path, [.readWrite, .create, .noFollow])
            guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else { throw SystemCallError("flock \(path)") }
            return FileLock(descriptor: descriptor)
        } catch {
            throw error.number == EWOULDBLOCK ? .held(path: path.description) : .system(error)
        }
    }
}

/// Why a file could not be claimed.
public enum FileLockError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Somebody else has the claim.
    case held(path: String)
    /// The file could not be opened or locked.
    case system(SystemCallError)

    /// A sentence for the log.
    public var description: String {
        switch self {
        case .held(let path): "\(path) is locked by another process"
        case .system(let error): error.description
        }
    }
}
