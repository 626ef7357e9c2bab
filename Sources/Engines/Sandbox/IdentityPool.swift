internal import CLinux
internal import Glibc
internal import SandboxPlan
internal import Synchronization

/// Assigns every running sandbox a host uid of its own, where the server is root.
final class IdentityPool: Sendable {
    /// The first uid and gid to assign: above what distributions assign to people and services, and above the 65 536
    /// that subordinate ranges start at (subuid(5)).
    static let first: UInt32 = 100_000
    /// How many uids there are. More sandboxes than this do not fit on a machine.
    static let count: UInt32 = 50_000

    private struct State {
        var unused: UInt32 = 0
        var returned: [UInt32] = []
    }

    private let isPrivileged: Bool
    private let state = Mutex(State())

    init() {
        isPrivileged = Self.isServerPrivileged()
    }

    /// Whether the server can create namespaces directly. Root in a container often cannot, and then needs a user
    /// namespace like an ordinary user.
    static func isServerPrivileged() -> Bool {
        let namespaces = CLINUX_NEW_MOUNT.rawValue | CLINUX_NEW_PID.rawValue | CLINUX_NEW_NETWORK.rawValue
        return geteuid() == 0 && clinux_probe_namespaces(Int32(bitPattern: namespaces), 0) == 0
    }

    /// Takes a free uid, or the server's own when it cannot assign others.
    func acquire() throws(SandboxError) -> HostIdentity {
        guard isPrivileged else { return .server(uid: geteuid(), gid: getegid()) }
        let number = state.withLock { state -> UInt32? in
            if let again = state.returned.popLast() { return again }
            guard state.unused < Self.count else { return nil }
            state.unused += 1
            return state.unused - 1
        }
        guard let number else { throw SandboxError(stage: "find a free user id", errno: EAGAIN) }
        return .distinct(uid: Self.first + number, gid: Self.first + number)
    }

    /// Frees the uid of a sandbox that has ended.
    func release(_ identity: HostIdentity) {
        guard case .distinct(let uid, _) = identity else { return }
        state.withLock { $0.returned.append(uid - Self.first) }
    }
}
