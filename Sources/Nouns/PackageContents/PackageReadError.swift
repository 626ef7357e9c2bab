internal import Archive
internal import LinuxSystem

/// A package that cannot be read.
public struct PackageReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path as it was given.
    public let path: String
    /// Why, as a phrase.
    public let reason: String

    /// A package that is read, and not what its reader needs.
    public init(path: String, reason: String) {
        (self.path, self.reason) = (path, reason)
    }

    init(path: String, _ error: ArchiveError) {
        // The message has the path already.
        if case .system(let failure) = error, failure.call == "open \(path)" {
            self.init(path: path, reason: String(failure.description.dropFirst(failure.call.count + 2)))
        } else {
            self.init(path: path, reason: error.description)
        }
    }

    /// `layer.zip: not a zip file, or cut off`.
    public var description: String { "\(path): \(reason)" }
}
