internal import Glibc
internal import LinuxSystem

/// The uids, and gids of the same numbers, that one server gives to its sandboxes. Locked while the server runs: the
/// kernel counts signals, queues and descriptors in flight for each uid, so two servers must not share any.
final class IdentityBlock: Sendable {
    let first: UInt32
    /// How many uids there are.
    let count: UInt32
    private let lock: FileDescriptor?

    /// The length of a block. More sandboxes than this do not fit on a machine.
    static let count: UInt32 = 50_000
    /// The length of a block in an ordinary user's own namespace, of which there are several in a usual range.
    static let subordinateCount: UInt32 = 8_000
    /// The distance of two blocks.
    private static let stride: UInt32 = 65_536
    /// Where blocks are looked for: in a range that neither people, services, subordinate ranges (subuid(5)) nor
    /// containers have, and below that for a server whose own user namespace has fewer uids.
    ///
    /// <https://systemd.io/UIDS-GIDS/>
    private static let candidates: [UInt32] = (0..<256).map { 1_879_048_192 + $0 * stride } + [1_000_000, 10_000]
    /// The same in an ordinary user's own namespace, whose users are 1 and following.
    private static let subordinateCandidates: [UInt32] = (0..<8).map { 1 + $0 * 8_192 }

    /// Takes a block that no other server has.
    ///
    /// - Parameters:
    ///   - folders: may have the locks; the first that can is used, and made if needed. The same for all servers.
    ///   - maps: the contents of `/proc/self/uid_map` and `gid_map`.
    ///   - chance: chooses the block where there is no folder for locks.
    /// - Returns: `nil` where none is mapped.
    static func take(folders: [String], maps: [String], chance: Int) -> IdentityBlock? {
        let owner = maps.first.flatMap(namespaceOwner)
        let (candidates, count) = owner == nil ? (candidates, Self.count) : (subordinateCandidates, subordinateCount)
        let mapped = candidates.filter { first in maps.allSatisfy { isMapped(first, count: count, in: $0) } }
        guard !mapped.isEmpty else { return nil }
        for folder in folders where isUsable(folder) {
            for first in mapped {
                if let lock = lock("\(folder)/\(first)") { return IdentityBlock(first, count, lock) }
            }
        }
        return IdentityBlock(mapped[chance % mapped.count], count, nil)
    }

    /// The user outside who is root in a namespace of several users; `nil` where root is root outside too, or there is
    /// one user alone.
    static func namespaceOwner(_ map: String) -> UInt32? {
        let lines = map.split(separator: "\n").map { $0.split(separator: " ").compactMap { UInt32($0) } }
        guard lines.count > 1, let root = lines.first(where: { $0.count == 3 && $0[0] == 0 }), root[1] != 0,
            root[2] == 1
        else { return nil }
        return root[1]
    }

    /// Whether a folder is this user's alone: others could keep all locks.
    private static func isUsable(_ folder: String) -> Bool {
        var information = stat()
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST, lstat(folder, &information) == 0 else { return false }
        let isFolder = information.st_mode & S_IFMT == S_IFDIR
        return isFolder && information.st_uid == geteuid() && information.st_mode & 0o022 == 0
    }

    private static func lock(_ path: String) -> FileDescriptor? {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return nil }
        let descriptor = FileDescriptor(owning: file)
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return nil }
        return descriptor
    }

    private init(_ first: UInt32, _ count: UInt32, _ lock: consuming FileDescriptor?) {
        self.first = first
        self.count = count
        self.lock = lock
    }

    /// Whether a user namespace has all uids of the block: lines of first inside, first outside and count
    /// (user_namespaces(7)).
    private static func isMapped(_ first: UInt32, count: UInt32, in map: String) -> Bool {
        map.split(separator: "\n").contains { line in
            let numbers = line.split(separator: " ").compactMap { UInt64($0) }
            guard numbers.count == 3 else { return false }
            return numbers[0] <= UInt64(first) && UInt64(first) + UInt64(count) <= numbers[0] + numbers[2]
        }
    }
}
