internal import CLinux
internal import Glibc
internal import LinuxSystem

/// The uids and gids that an ordinary user may give to processes (subuid(5)).
///
/// The kernel counts signals, watches, queues and descriptors in flight for each uid. A server of an ordinary user runs
/// as root of a user namespace that has these ids, as rootless container engines do: so its environments have uids of
/// their own, as those of root's server have.
package enum SubordinateUsers {
    /// Whether a server can have them.
    package enum Standing: Hashable, Sendable, Codable {
        /// Root needs none.
        case needless
        /// The user has a range, and the programs that map it.
        case available
        /// What is missing.
        case missing(String)
    }

    /// The first ids and the number of a user's ranges.
    struct Ranges: Hashable {
        let firstUser: UInt32
        let firstGroup: UInt32
        let count: UInt32
    }

    /// Programs of Debian's package `uidmap` and its like.
    private static let (userProgram, groupProgram) = ("/usr/bin/newuidmap", "/usr/bin/newgidmap")
    /// As many as a container usually has; more environments do not fit on a machine.
    private static let usefulCount: UInt32 = 65_536

    /// Whether a server that the calling user starts can have subordinate users. Starts processes.
    package static func standing() -> Standing {
        guard geteuid() != 0 else { return .needless }
        guard access(userProgram, X_OK) == 0, access(groupProgram, X_OK) == 0 else {
            return .missing("newuidmap and newgidmap")
        }
        guard let ranges = ownRanges() else { return .missing("ranges in /etc/subuid and /etc/subgid") }
        guard withMap(ranges, { clinux_can_enter_user_namespace($0) }) == 1 else {
            return .missing("user namespaces with several users")
        }
        return .available
    }

    /// Makes the calling process root of a user namespace with these users, where they can be had. Must run before the
    /// process has a second thread.
    ///
    /// - Returns: what it came to; the process is unchanged unless they are available.
    package static func enter() throws(SandboxError) -> Standing {
        let standing = standing()
        guard standing == .available, let ranges = ownRanges() else { return standing }
        guard withMap(ranges, { clinux_enter_user_namespace($0) }) == 0 else {
            throw SandboxError(stage: "enter a user namespace with subordinate users", errno: errno)
        }
        return .available
    }

    private static func withMap(_ ranges: Ranges, _ body: (UnsafePointer<clinux_user_map>) -> Int32) -> Int32 {
        userProgram.withCString { userProgram in
            groupProgram.withCString { groupProgram in
                var map = clinux_user_map(
                    uid_program: userProgram, gid_program: groupProgram, first_uid: ranges.firstUser,
                    first_gid: ranges.firstGroup, count: ranges.count)
                return body(&map)
            }
        }
    }

    private static func ownRanges() -> Ranges? {
        let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
        return ranges(
            of: name, uid: geteuid(), users: TextFile.read("/etc/subuid") ?? "",
            groups: TextFile.read("/etc/subgid") ?? "")
    }

    /// The largest range of users and that of groups, as long as the shorter one; `nil` where either is missing, or too
    /// short for a block of uids.
    ///
    /// - Parameters:
    ///   - users: the contents of `/etc/subuid`: lines of a user's name or uid, first id and count.
    ///   - groups: the contents of `/etc/subgid`, where lines are for users too.
    static func ranges(of name: String?, uid: UInt32, users: String, groups: String) -> Ranges? {
        func largest(_ text: String) -> (first: UInt32, count: UInt32)? {
            text.split(separator: "\n").compactMap { line -> (first: UInt32, count: UInt32)? in
                let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                guard fields.count == 3, fields[0] == name ?? "" || fields[0] == "\(uid)", !fields[0].isEmpty,
                    let first = UInt32(fields[1]), let count = UInt32(fields[2])
                else { return nil }
                return (first, min(count, usefulCount))
            }.max { $0.count < $1.count }
        }
        guard let users = largest(users), let groups = largest(groups) else { return nil }
        let count = min(users.count, groups.count)
        guard count > IdentityBlock.subordinateCount else { return nil }
        return Ranges(firstUser: users.first, firstGroup: groups.first, count: count)
    }
}
