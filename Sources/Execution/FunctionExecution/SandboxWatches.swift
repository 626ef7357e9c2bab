internal import HTTP
internal import LinuxSystem
internal import Sandbox

/// Watches everything of a sandbox that can become readable, for its environment.
struct SandboxWatches: Sendable {
    private let output: WatchList.Watch
    private let extensionOutput: WatchList.Watch?

    /// Begins to watch. After an error nothing is watched.
    init(_ made: ConnectedSandbox, of environment: ExecutionEnvironment) throws {
        let (sandbox, ownListener) = (made.sandbox, made.ownListener)
        let watches = WatchList(reactor: environment.pool.reactor)
        do {
            let listeners = ownListener.map { [$0.descriptor] } ?? sandbox.listeners
            for (index, listener) in listeners.enumerated() {
                try watches.add(listener) { _ in environment.pool.accept(listener, index, of: environment) }
            }
            output = try watches.add(sandbox.output) { _ in environment.outputReadable(.function) }
            extensionOutput = try sandbox.sidecarOutput.map { output in
                try watches.add(output) { _ in environment.outputReadable(.extensions) }
            }
            try watches.add(sandbox.eventDescriptor) { watch in
                let events = sandbox.takeEvents()
                if events.contains(.forged) { watch.cancel() }
                let handle: @Sendable () -> Void = {
                    for event in events { environment.handle { $0.programChanged(event, at: $1) } }
                }
                guard events.contains(where: \.isExit) else { return handle() }
                environment.pool.readReceived(listeners, of: environment, then: handle)
            }
            try watches.add(sandbox.processDescriptor) { _ in
                let events = sandbox.takeEvents()  // of which `reap()` knows the command's end only
                guard let exit = sandbox.reap() else { return }
                watches.cancel()
                for event in events where !event.isExit {
                    environment.handle { $0.programChanged(event, at: $1) }
                }
                environment.pool.readReceived(listeners, of: environment) {
                    environment.handle { $0.sandboxEnded(exit, at: $1) }
                }
                ownListener?.close()
            }
        } catch {
            watches.cancel()
            throw error
        }
        environment.pool.watchMemory(of: environment, sandbox)
    }

    /// Nothing comes from a pipe any more.
    func outputEnded(_ source: OutputSource) {
        switch source {
        case .function: output.cancel()
        case .extensions: extensionOutput?.cancel()
        }
    }
}

extension SandboxEvent {
    /// Whether a program has ended, which may have sent something before.
    fileprivate var isExit: Bool {
        if case .exited = self { true } else { false }
    }
}
