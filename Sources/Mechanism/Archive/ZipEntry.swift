/// One name in a zip, as the central directory describes it.
///
/// Layout of all headers: PKWARE's APPNOTE.TXT, <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.
public struct ZipEntry: Hashable, Sendable {
    /// What an entry stands for.
    public enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory; its name may end in `/`.
        case directory
        /// A symbolic link; its content is the target.
        case symbolicLink
        /// A device, pipe, socket or unknown kind, by its Unix type bits (`0o010000`, …).
        case special(UInt32)
    }

    /// The name, byte for byte. Nothing about it has been checked.
    public let path: [UInt8]
    /// What it stands for.
    public let kind: Kind
    /// Permission bits with setuid, setgid and sticky (`0o7777` at most); `nil` where the zip has no Unix mode, as zips
    /// from Windows, Java and Go often do.
    public let mode: UInt32?
    /// Whether a zip without Unix modes marks the entry as read-only.
    public let isReadOnly: Bool
    /// When the content last changed, in seconds since 1970. A zip without the `UT` field knows only a local time
    /// without zone, in steps of two seconds; it is taken for UTC so that every host reads the same.
    public let modificationTimeSeconds: Int
    /// Size of the content, as declared. Reading stops with an error where the content differs.
    public let size: Int

    let compressedSize: Int
    let checksum: UInt32
    let method: ZipMethod
    let flags: ZipFlags
    let headerOffset: Int

    /// The name for messages; bytes that are not UTF-8 show as U+FFFD.
    public var displayPath: String { String(decoding: path, as: UTF8.self) }

    /// Where the content's bytes start: after the local header and its own extra field.
    func dataOffset(localExtraLength: Int) -> Int {
        headerOffset + ZipLocalHeader.fixedSize + path.count + localExtraLength
    }
}

/// How an entry's content is stored.
enum ZipMethod: UInt16, Hashable {
    case stored = 0
    case deflated = 8
}

/// The bits of an entry's general purpose flag that matter here (APPNOTE 4.4.4).
struct ZipFlags: OptionSet, Hashable {
    let rawValue: UInt16

    static let encrypted = ZipFlags(rawValue: 1 << 0 | 1 << 6 | 1 << 13)
    static let sizesFollowContent = ZipFlags(rawValue: 1 << 3)
    static let patch = ZipFlags(rawValue: 1 << 5)
    static let utf8Name = ZipFlags(rawValue: 1 << 11)
}
