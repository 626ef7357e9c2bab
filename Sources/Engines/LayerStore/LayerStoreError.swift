internal import Archive
public import Digest
public import LinuxSystem

/// Why an operation of the store failed.
public enum LayerStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The zip is invalid; the sender must change it.
    case refused(ZipRefusal)
    /// No package with this digest is stored.
    case notFound(SHA256Digest)
    /// The stored package differs from what was published. `path` is the file in the tree, or empty for the zip itself.
    case damaged(SHA256Digest, path: String)
    /// A system call failed: disk full, input or output error, no permission.
    case system(SystemCallError)

    /// A sentence for the log.
    public var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .notFound(let digest): "no package \(digest)"
        case .damaged(let digest, let path): "package \(digest) is damaged: \(path.isEmpty ? "its zip" : path)"
        case .system(let error): error.description
        }
    }
}

/// Why a zip is refused.
public struct ZipRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of fault, for choosing the error that the caller sees.
    public enum Reason: Hashable, Sendable {
        /// The bytes are not a zip, or a zip's start.
        case notAZip
        /// The zip has no entries.
        case empty
        /// The zip is inconsistent: sizes, checksums, headers.
        case damaged
        /// An entry is encrypted.
        case encrypted
        /// The zip uses a feature that is not supported.
        case unsupported
        /// A name is absolute, leaves the tree, or is not a file name on Linux.
        case unsafePath
        /// A symbolic link points out of the tree.
        case unsafeLink
        /// A device, pipe or socket.
        case specialFile
        /// A setuid, setgid or sticky bit.
        case specialMode
        /// Two different entries have one name, or a file's name is used as a directory.
        case conflict
        /// More entries than the limit.
        case tooManyEntries
        /// More unpacked bytes than the limit.
        case tooLarge
    }

    /// The kind of fault.
    public let reason: Reason
    /// The entry at fault, if one is; bytes that are not UTF-8 appear as U+FFFD.
    public let path: String?
    /// The fault, as a phrase.
    public let description: String

    init(_ reason: Reason, path: String? = nil, _ phrase: String) {
        self.reason = reason
        self.path = path
        description = path.map { "\(phrase): '\($0)'" } ?? phrase
    }

    /// More unpacked bytes than the limit.
    static func tooLarge(_ limits: TreeLimits) -> ZipRefusal {
        ZipRefusal(.tooLarge, "unzipped size must be smaller than \(limits.unzippedBytes) bytes")
    }
}

extension LayerStoreError {
    /// Maps an archive's errors to the sender's faults and system errors.
    init(_ error: ArchiveError) {
        let phrase = error.description
        self =
            switch error {
            case .notAZip: .refused(ZipRefusal(.notAZip, phrase))
            case .damaged(let what, let path): .refused(ZipRefusal(.damaged, path: path, what))
            case .encrypted(let path): .refused(ZipRefusal(.encrypted, path: path, "encrypted entry"))
            case .unsupported(let what, let path):
                .refused(ZipRefusal(.unsupported, path: path, "\(what) is not supported"))
            case .tooManyEntries: .refused(ZipRefusal(.tooManyEntries, phrase))
            case .system(let error): .system(error)
            }
    }
}

/// Runs file work and wraps its errors as ``LayerStoreError``.
func asStoreError<Result: ~Copyable>(_ body: () throws(SystemCallError) -> Result) throws(LayerStoreError) -> Result {
    do throws(SystemCallError) {
        return try body()
    } catch {
        throw .system(error)
    }
}
