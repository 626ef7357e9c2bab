internal import LinuxSystem
internal import Synchronization

/// The watches of one sandbox on the event loop, to be taken back together when it ends.
final class WatchList: Sendable {
    private let reactor: any Reactor
    private let tokens = Mutex<[ReactorToken]>([])

    init(reactor: any Reactor) { self.reactor = reactor }

    /// One watch, to be taken back alone.
    final class Watch: Sendable {
        private let reactor: any Reactor
        private let token = Mutex<ReactorToken?>(nil)

        init(reactor: any Reactor) { self.reactor = reactor }

        func set(_ token: ReactorToken) { self.token.withLock { $0 = token } }

        func cancel() {
            if let token = token.withLock({ $0 }) { reactor.cancel(token) }
        }
    }

    /// Calls `action` whenever the descriptor is readable, with the watch, which it may take back.
    @discardableResult
    func add(_ descriptor: Int32, _ action: @escaping @Sendable (Watch) -> Void) throws(SystemCallError) -> Watch {
        let watch = Watch(reactor: reactor)
        // The action may run before `watch` returns its token. Under the lock, so that its `cancel()` finds the token.
        try tokens.withLock { tokens throws(SystemCallError) in
            let token = try reactor.watch(descriptor, for: .readable) { action(watch) }
            watch.set(token)
            tokens.append(token)
        }
        return watch
    }

    /// Takes all watches back.
    func cancel() {
        let tokens = self.tokens.withLock { list in
            defer { list = [] }
            return list
        }
        for token in tokens { reactor.cancel(token) }
    }
}
