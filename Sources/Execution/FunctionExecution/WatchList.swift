internal import LinuxSystem
internal import Synchronization

/// The watches of one sandbox on the event loop, to be taken back together when it ends.
final class WatchList: Sendable {
    private let loop: EventLoop
    private let tokens = Mutex<[EventLoop.Token]>([])

    init(loop: EventLoop) { self.loop = loop }

    /// One watch, as its own action sees it.
    final class Watch: Sendable {
        private let loop: EventLoop
        private let token = Mutex<EventLoop.Token?>(nil)

        init(loop: EventLoop) { self.loop = loop }

        func set(_ token: EventLoop.Token) { self.token.withLock { $0 = token } }

        func cancel() {
            if let token = token.withLock({ $0 }) { loop.cancel(token) }
        }
    }

    /// Calls `action` whenever the descriptor is readable.
    func add(_ descriptor: Int32, _ action: @escaping @Sendable (Watch) -> Void) throws(SystemCallError) {
        let watch = Watch(loop: loop)
        // The action may run before `watch` returns its token. Under the lock, so that its `cancel()` finds the token.
        try tokens.withLock { tokens throws(SystemCallError) in
            let token = try loop.watch(descriptor) { action(watch) }
            watch.set(token)
            tokens.append(token)
        }
    }

    /// Takes all watches back.
    func cancel() {
        let tokens = self.tokens.withLock { list in
            defer { list = [] }
            return list
        }
        for token in tokens { loop.cancel(token) }
    }
}
