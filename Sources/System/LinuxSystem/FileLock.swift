internal import Glibc

/// A lock on a file or folder, by which one server owns a data folder (flock(2)).
///
/// The lock is released with this value, or when the process ends, even by a signal; the file stays.
public struct FileLock: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    private init(descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    // Closing is not enough where another thread is just starting a program: until it runs, the new process has a copy
    // of the descriptor. Unlocking releases the lock of all copies (flock(2)).
    deinit { flock(descriptor.rawValue, LOCK_UN) }

    /// Locks a folder without waiting: alone, or together with others that share it.
    ///
    /// - Throws: `.held` when a holder of the lock does not share it.
    public static func acquire(folder path: FilePath, isShared: Bool) throws(FileLockError) -> FileLock {
        do throws(SystemCallError) {
            let descriptor = try FileDescriptor.open(path, [.read, .directory, .noFollow])
            guard flock(descriptor.rawValue, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
                throw SystemCallError("flock \(path)")
            }
            return FileLock(descriptor: descriptor)
        } catch {
            throw error.number == EWOULDBLOCK ? .held(path: path.description) : .system(error)
        }
    }

    /// Locks a file without waiting; creates it when it does not exist.
    ///
    /// - Throws: `.held` when another process, or another part of this one, holds the lock.
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

/// Why a file could not be locked.
public enum FileLockError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another holder has the lock.
    case held(path: String)
    /// The file could not be opened or locked.
    case system(SystemCallError)

    /// The error in a few words, for a log.
    public var description: String {
        switch self {
        case .held(let path): "\(path) is locked by another process"
        case .system(let error): error.description
        }
    }
}
