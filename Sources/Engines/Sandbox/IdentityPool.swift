internal import CLinux
internal import Glibc
internal import SandboxPlan
internal import Synchronization

/// Gives every running sandbox a user of the host that no other has, where the server is root.
final class IdentityPool: Sendable {
    /// The first uid and gid to give out: above what distributions assign to people and services, and above the 65 536
    /// that subordinate ranges start at (subuid(5)).
    static let first: UInt32 = 100_000
    /// How many there are. More sandboxes than this at once do not fit on a machine.
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

    /// Whether the server can make namespaces as it is. Root in a container often cannot: it is then as ordinary as any
    /// user, and needs a user namespace.
    static func isServerPrivileged() -> Bool {
        let namespaces = CLINUX_NEW_MOUNT.rawValue | CLINUX_NEW_PID.rawValue | CLINUX_NEW_NETWORK.rawValue
        return geteuid() == 0 && clinux_probe_namespaces(Int32(bitPattern: namespaces), 0) == 0
    }

    /// A uid that is free, or the server's own when it cannot give out others.
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

    /// Takes back what a sandbox that has ended was.
    func release(_ identity: HostIdentity) {
        guard case .distinct(let uid, _) = identity else { return }
        state.withLock { $0.returned.append(uid - Self.first) }
    }
}
