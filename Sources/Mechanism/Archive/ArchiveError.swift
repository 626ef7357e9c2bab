public import LinuxSystem

/// Why a zip could not be read or written.
public enum ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file does not end with a zip's directory: it is another format, or truncated.
    case notAZip
    /// The zip is inconsistent; the text says where. `path` is the name of the entry concerned, if any.
    case damaged(String, path: String?)
    /// The entry is encrypted.
    case encrypted(path: String)
    /// The zip uses a feature that this reader does not support, or needs one that this writer does not support.
    case unsupported(String, path: String?)
    /// The zip lists more entries than the caller allows.
    case tooManyEntries(count: Int)
    /// Reading or writing the file failed, or the receiver of the content did.
    case system(SystemCallError)

    /// The error as a phrase, without a full stop.
    public var description: String {
        switch self {
        case .notAZip: "not a zip file, or cut off"
        case .damaged(let what, let path): "damaged zip: \(what)\(Self.suffix(path))"
        case .encrypted(let path): "encrypted\(Self.suffix(path))"
        case .unsupported(let what, let path): "\(what) is not supported\(Self.suffix(path))"
        case .tooManyEntries(let count): "\(count) entries are too many"
        case .system(let error): error.description
        }
    }

    private static func suffix(_ path: String?) -> String {
        path.map { " ('\($0)')" } ?? ""
    }
}
