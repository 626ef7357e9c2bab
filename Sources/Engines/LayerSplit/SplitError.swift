public import Archive
public import LinuxSystem
public import PackageContents

/// Why a package could not be split. Nothing has been written then. The description says what to do.
public enum SplitError: Error, Sendable, CustomStringConvertible {
    /// The package cannot be read.
    case unreadable(PackageReadError)
    /// The package has what cannot be split, or nothing to split; the text says what to do.
    case refused(String)
    /// The archives, read again, are not what was split; the text names the first difference.
    case notIdentical(String)
    /// The user interrupted the work.
    case interrupted
    /// An archive could not be written.
    case archive(ArchiveError, path: String)
    /// Another file could not be written.
    case system(SystemCallError)

    /// A sentence without a full stop.
    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .refused(let reason): reason
        case .notIdentical(let difference):
            "the archives are not identical to the original: \(difference); nothing was written"
        case .interrupted: "interrupted; nothing was written"
        case .archive(let error, let path): "cannot write \(path): \(error)"
        case .system(let error): "\(error)"
        }
    }

    /// Reads, and wraps the error.
    static func reading<Result>(_ body: () throws(PackageReadError) -> Result) throws(SplitError) -> Result {
        do throws(PackageReadError) {
            return try body()
        } catch {
            throw .unreadable(error)
        }
    }

    /// Runs system calls, and wraps their error.
    static func wrapping<Result>(_ body: () throws(SystemCallError) -> Result) throws(SplitError) -> Result {
        do throws(SystemCallError) {
            return try body()
        } catch {
            throw .system(error)
        }
    }
}
