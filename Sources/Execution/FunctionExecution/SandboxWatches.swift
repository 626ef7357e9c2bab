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
                try watches.add(listener) { environment.pool.accept(listener, index, of: environment) }
            }
            output = try watches.add(sandbox.output) { environment.outputReadable(.function) }
            extensionOutput = try sandbox.sidecarOutput.map { output in
                try watches.add(output) { environment.outputReadable(.extensions) }
            }
            try watches.add(sandbox.eventDescriptor) {
                for event in sandbox.takeEvents() { environment.handle { $0.programChanged(event, at: $1) } }
            }
            try watches.add(sandbox.processDescriptor) {
                guard let exit = sandbox.reap() else { return }
                watches.cancel()
                ownListener?.close()
                environment.handle { $0.sandboxEnded(exit, at: $1) }
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
