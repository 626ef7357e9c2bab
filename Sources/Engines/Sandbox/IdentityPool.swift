internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SandboxPlan
internal import Synchronization

/// Assigns every running sandbox a host uid of its own, where the server is root, if only of a user namespace.
final class IdentityPool: Sendable {
    private struct State {
        var unused: UInt32 = 0
        var returned: [UInt32] = []
    }

    /// `nil` for an ordinary user, and where no uids can be had.
    private let block: IdentityBlock?
    private let state = Mutex(State())

    init() {
        guard Self.isServerPrivileged() else {
            block = nil
            return
        }
        let maps = ["uid_map", "gid_map"].map { TextFile.read("/proc/self/\($0)") ?? "" }
        // /run is for one boot and for root; a container may have none.
        var folders = ["/run/strata-uids", "/var/tmp/strata-uids"]
        if let owner = IdentityBlock.namespaceOwner(maps[0]) {
            folders = ["/run/user/\(owner)/strata-uids", "/var/tmp/strata-uids-\(owner)"]
        }
        block = IdentityBlock.take(folders: folders, maps: maps, chance: Int(getpid()))
    }

    /// Whether the server can create namespaces directly. Root in a container often cannot, and then needs a user
    /// namespace like an ordinary user.
    static func isServerPrivileged() -> Bool {
        let namespaces = CLINUX_NEW_MOUNT.rawValue | CLINUX_NEW_PID.rawValue | CLINUX_NEW_NETWORK.rawValue
        return geteuid() == 0 && clinux_probe_namespaces(Int32(bitPattern: namespaces), 0) == 0
    }

    /// Takes a free uid, or the server's own when it cannot assign others.
    func acquire() throws(SandboxError) -> HostIdentity {
        guard let block else { return .server(uid: geteuid(), gid: getegid()) }
        let number = state.withLock { state -> UInt32? in
            if let again = state.returned.popLast() { return again }
            guard state.unused < block.count else { return nil }
            state.unused += 1
            return state.unused - 1
        }
        guard let number else { throw SandboxError(stage: "find a free user id", errno: EAGAIN) }
        return .distinct(uid: block.first + number, gid: block.first + number)
    }

    /// Frees the uid of a sandbox that has ended.
    func release(_ identity: HostIdentity) {
        guard case .distinct(let uid, _) = identity, let first = block?.first else { return }
        state.withLock { $0.returned.append(uid - first) }
    }
}
