/// One entry of a zip, as the central directory describes it.
///
/// Layout of all headers: PKWARE's APPNOTE.TXT, <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.
public struct ZipEntry: Hashable, Sendable {
    /// The type of an entry.
    public enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory; its name may end in `/`.
        case directory
        /// A symbolic link; its content is the target.
        case symbolicLink
        /// A device, pipe, socket or unknown type, by its Unix type bits (`0o010000`, …).
        case special(UInt32)
    }

    /// The name, byte for byte and unchecked.
    public let path: [UInt8]
    /// The entry's type.
    public let kind: Kind
    /// Permission bits with setuid, setgid and sticky (`0o7777` at most); `nil` when the zip has no Unix modes, as is
    /// common for zips from Windows, Java and Go.
    public let mode: UInt32?
    /// Whether a zip without Unix modes marks the entry as read-only.
    public let isReadOnly: Bool
    /// The time of last modification, in seconds since 1970. A zip without the `UT` field has only a local time without
    /// zone, in steps of two seconds; it is interpreted as UTC, so that every host reads the same.
    public let modificationTimeSeconds: Int
    /// The declared size of the content. Reading fails when the content has another size.
    public let size: Int
    /// The bytes that the content takes in the zip.
    public let compressedSize: Int

    let checksum: UInt32
    let method: ZipMethod
    let flags: ZipFlags
    let headerOffset: Int

    /// The name for messages; bytes that are not UTF-8 show as U+FFFD.
    public var displayPath: String { String(decoding: path, as: UTF8.self) }

    /// The offset of the content: after the local header, which has an extra field of its own.
    func dataOffset(localExtraLength: Int) -> Int {
        headerOffset + ZipLocalHeader.fixedSize + path.count + localExtraLength
    }
}

/// How an entry's content is stored.
enum ZipMethod: UInt16, Hashable {
    case stored = 0
    case deflated = 8
}

/// The bits of an entry's general purpose flag that the reader uses (APPNOTE 4.4.4).
struct ZipFlags: OptionSet, Hashable {
    let rawValue: UInt16

    static let encrypted = ZipFlags(rawValue: 1 << 0 | 1 << 6 | 1 << 13)
    static let sizesFollowContent = ZipFlags(rawValue: 1 << 3)
    static let patch = ZipFlags(rawValue: 1 << 5)
    static let utf8Name = ZipFlags(rawValue: 1 << 11)
}
