internal import Digest
internal import LinuxSystem

/// The identity of an object: content, mode, and time where it matters. Also the object's name on disk:
/// `ab/<sha256>.<mode in octal>[.<time>]`.
struct ObjectName: Hashable {
    let digest: SHA256Digest
    let mode: UInt32
    /// Seconds since 1970, for Python sources beside bytecode; `nil` for the constant time.
    ///
    /// CPython uses a `.pyc` file only if the time recorded in it is its source's
    /// (<https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation>), so in a tree with
    /// bytecode the sources keep their time. All other files get one constant time, so that versions built at different
    /// times share their objects.
    let keptTimeSeconds: Int?

    /// 1980-01-01, the earliest time a zip can hold.
    static let constantTimeSeconds = 315_532_800

    /// The modification time of the object's file.
    var timeSeconds: Int { keptTimeSeconds ?? Self.constantTimeSeconds }

    /// The name without its folder.
    var text: String {
        let time = keptTimeSeconds.map { ".\($0)" } ?? ""
        return "\(digest.hex).\(String(mode, radix: 8))\(time)"
    }

    /// The folder that the object is in: the digest's first two digits.
    var folder: FilePath { FilePath(digest.hex.prefix(2)) }

    /// The path below `objects/`.
    var path: FilePath { folder.appending(FilePath(text)) }

    init(digest: SHA256Digest, mode: UInt32, keptTimeSeconds: Int?) {
        self.digest = digest
        self.mode = mode
        self.keptTimeSeconds = keptTimeSeconds
    }

    /// Parses `text`; `nil` for anything that `text` would not write.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let digest = SHA256Digest(hex: parts[0]),
            let mode = UInt32(parts[1], radix: 8), mode <= 0o777
        else { return nil }
        self.init(digest: digest, mode: mode, keptTimeSeconds: parts.count == 3 ? Int(parts[2]) : nil)
        guard self.text == text else { return nil }
    }
}
