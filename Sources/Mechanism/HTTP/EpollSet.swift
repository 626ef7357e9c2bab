internal import CLinux
internal import Glibc
internal import LinuxSystem

/// The descriptors that one thread waits for (epoll(7)).
struct EpollSet: ~Copyable {
    /// What has happened to a descriptor, or is waited for.
    struct Events: OptionSet, Sendable {
        let rawValue: UInt32

        static let readable = Events(rawValue: EPOLLIN.rawValue)
        static let writable = Events(rawValue: EPOLLOUT.rawValue)
        /// The peer sends nothing more.
        static let peerFinished = Events(rawValue: EPOLLRDHUP.rawValue)
        /// Both directions are shut. Always reported.
        static let hungUp = Events(rawValue: EPOLLHUP.rawValue)
        /// The connection was reset. Always reported.
        static let failed = Events(rawValue: EPOLLERR.rawValue)
        /// Each event is reported once.
        static let onceEach = Events(rawValue: EPOLLET.rawValue)
        /// Of several threads that wait for the descriptor, not all are woken.
        static let exclusive = Events(rawValue: EPOLLEXCLUSIVE.rawValue)
    }

    private let epoll: FileDescriptor
    /// How many events one wait reports.
    private static let batchCount = 64

    init() throws(SystemCallError) {
        epoll = FileDescriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        guard epoll.rawValue >= 0 else { throw SystemCallError("epoll_create1") }
    }

    /// Adds a descriptor.
    func add(_ descriptor: Int32, _ events: Events) throws(SystemCallError) {
        var event = epoll_event(events: events.rawValue, data: epoll_data_t(u64: UInt64(descriptor)))
        guard epoll_ctl(epoll.rawValue, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw SystemCallError("epoll_ctl")
        }
    }

    /// Removes an open descriptor. One that is closed without that stays while a copy of it is open (epoll(7)).
    func remove(_ descriptor: Int32) { epoll_ctl(epoll.rawValue, EPOLL_CTL_DEL, descriptor, nil) }

    /// Waits for events, and handles them.
    ///
    /// - Parameters:
    ///   - milliseconds: how long to wait at most; 0 to look only, -1 without end.
    ///   - woken: called after the wait, before the first event.
    func wait(milliseconds: Int32, woken: () -> Void, _ handle: (Int32, Events) -> Void) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batchCount) { events in
            let count = epoll_wait(epoll.rawValue, events.baseAddress, Int32(events.count), milliseconds)
            woken()
            for event in events.prefix(Int(max(count, 0))) {
                handle(Int32(truncatingIfNeeded: event.data.u64), Events(rawValue: event.events))
            }
        }
    }
}
