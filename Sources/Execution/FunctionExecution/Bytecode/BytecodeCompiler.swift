package import Bytecode
package import Digest
package import Domain
package import LayerStore
package import LinuxSystem
internal import Runtimes
package import Sandbox
package import SandboxPlan
internal import Synchronization

/// Compiles packages once for each interpreter of this host that runs them, and has environments find the bytecode.
///
/// Sources are not trusted: one thread compiles them, each package in a sandbox of its own, without any network and
/// with limits of time, memory and output. An environment that starts before its packages are compiled runs without.
package final class BytecodeCompiler: Sendable {
    /// Where a package is in an environment. Bytecode has the paths of sources in it.
    package enum Place: Hashable, Sendable {
        /// A function's code, at `/var/task`.
        case code
        /// A layer, at `/opt`.
        case layer
    }

    /// What became of a package.
    package enum Report: Sendable {
        /// It is compiled: the size of its pack.
        case compiled(SHA256Digest, RuntimeIdentifier, bytes: Int, seconds: Double)
        /// It is not, and is not tried again before the server's next start.
        case failed(SHA256Digest, RuntimeIdentifier, any Error)
    }

    private struct Job: Sendable {
        let key: BytecodeKey
        let package: StoredPackage
        let place: Place
        let runtime: RuntimeIdentifier
    }

    private struct State {
        /// Those that wait, and the one that is compiled.
        var queued: Set<BytecodeKey> = []
        /// Those that failed, or are not worth it.
        var dismissed: Set<BytecodeKey> = []
    }

    private let store: BytecodeStore
    private let sandboxes: any SandboxProvider
    private let host: FunctionHost
    private let interpreters: [RuntimeIdentifier: InterpreterIdentity]
    private let report: @Sendable (Report) -> Void
    private let queue: WorkQueue
    private let state = Mutex(State())
    private let isStopping = Atomic(false)

    /// Where environments have the packs; the runtimes look there.
    package static let folder = "/var/strata/bytecode"

    /// Less code than this compiles faster than a pack is mounted and opened.
    package static let smallCodeBytes = 4_096

    /// Packages that may wait. Those beyond are compiled when an environment misses them.
    private static let waitingPackages = 64

    /// Starts the compiler's thread.
    ///
    /// - Parameters:
    ///   - interpreters: those of this host, by runtime.
    ///   - report: called on the compiler's thread.
    package init(
        store: BytecodeStore, sandboxes: any SandboxProvider, host: FunctionHost,
        interpreters: [RuntimeIdentifier: InterpreterIdentity], report: @escaping @Sendable (Report) -> Void
    ) throws(SystemCallError) {
        self.store = store
        self.sandboxes = sandboxes
        self.host = host
        self.interpreters = interpreters
        self.report = report
        queue = try WorkQueue(name: "bytecode", threadCount: 1, capacity: Self.waitingPackages)
    }

    /// Has the code and the layers of a function compiled.
    package func prepare(_ revision: FunctionRevision) {
        for (package, place) in Self.packages(of: revision) { prepare(package, as: place, for: revision.runtime) }
    }

    /// Has a package compiled for a runtime, unless it is already, or nothing here runs that.
    package func prepare(_ package: StoredPackage, as place: Place, for runtime: RuntimeIdentifier) {
        guard let key = key(of: package, place, runtime) else { return }
        let isNew = state.withLock { !$0.dismissed.contains(key) && $0.queued.insert(key).inserted }
        guard isNew else { return }
        let job = Job(key: key, package: package, place: place, runtime: runtime)
        if !queue.submit({ self.run(job) }) { state.withLock { _ = $0.queued.remove(key) } }
    }

    /// The packs that an environment gets. What is missing is compiled for the next one. Reads the disk.
    package func binds(for revision: FunctionRevision) -> [ReadOnlyBind] {
        let found = Self.packages(of: revision).map { package, place in
            (place: place, path: pack(of: package, place, revision.runtime))
        }
        let code = found.filter { $0.place == .code }.compactMap(\.path).map { ($0, "task") }
        // The uppermost layer first. Those below one without a pack may be hidden by what it has, and are left out.
        let layers = found.filter { $0.place == .layer }.map(\.path).reversed()
        let usable = layers.prefix { $0 != nil }.compactMap(\.self).enumerated().map { ($1, "opt-\($0)") }
        return (code + usable).map { path, name in
            ReadOnlyBind(from: path, to: "\(Self.folder)/\(name)", isDirectory: false)
        }
    }

    /// Removes the bytecode of packages that are gone.
    package func collectGarbage(unless exists: (SHA256Digest) -> Bool) throws(SystemCallError) {
        try store.removePacks(unless: exists)
        let known = state.withLock(\.dismissed)
        let gone = known.filter { !exists($0.tree) }
        state.withLock { $0.dismissed.subtract(gone) }
    }

    /// Ends the compiler, and what it compiles.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        queue.close()
    }

    private func pack(of package: StoredPackage, _ place: Place, _ runtime: RuntimeIdentifier) -> String? {
        guard let key = key(of: package, place, runtime) else { return nil }
        if let path = store.path(of: key) { return path }
        prepare(package, as: place, for: runtime)
        return nil
    }

    /// The name of a pack; `nil` where there is none to be had.
    private func key(of package: StoredPackage, _ place: Place, _ runtime: RuntimeIdentifier) -> BytecodeKey? {
        guard let interpreter = interpreters[runtime],
            RuntimeProgram.running(runtime.description)?.program.bytecodeCompiler != nil,
            place == .layer || package.unzippedBytes >= Self.smallCodeBytes
        else { return nil }
        return BytecodeKey(tree: package.digest, interpreter: interpreter)
    }

    private static func packages(of revision: FunctionRevision) -> [(StoredPackage, Place)] {
        revision.packages.enumerated().map { ($1, $0 == 0 ? .code : .layer) }
    }

    private func run(_ job: Job) {
        defer { state.withLock { _ = $0.queued.remove(job.key) } }
        guard !isStopping.load(ordering: .relaxed), store.path(of: job.key) == nil else { return }
        do {
            let start = MonotonicClock.nowNanoseconds()
            guard try isWorthwhile(job) else { return state.withLock { _ = $0.dismissed.insert(job.key) } }
            // What is compiled is what was published, and not what a bad disk has made of it.
            try job.package.verify()
            let draft = try store.makeDraft()
            try Compilation(plan: try plan(of: job), sandboxes: sandboxes).run(into: draft) {
                isStopping.load(ordering: .relaxed)
            }
            try store.place(draft, as: job.key, current: Set(interpreters.values))
            let seconds = Double((MonotonicClock.nowNanoseconds() - start) / 1_000_000) / 1_000
            report(.compiled(job.key.tree, job.runtime, bytes: draft.byteCount, seconds: seconds))
        } catch CompilationError.stopped {
            // The next server compiles it.
        } catch {
            state.withLock { _ = $0.dismissed.insert(job.key) }
            report(.failed(job.key.tree, job.runtime, error))
        }
    }

    /// A layer without a pack would hide the packs of those below it, so every layer has one.
    private func isWorthwhile(_ job: Job) throws -> Bool {
        guard job.place == .code,
            let suffix = RuntimeProgram.running(job.runtime.description)?.program.bytecodeCompiler?.suffix
        else { return true }
        return try job.package.bytes(ofFilesEndingIn: suffix) >= Self.smallCodeBytes
    }

    private func plan(of job: Job) throws -> SandboxPlan {
        guard let interpreter = host.interpreters[job.runtime],
            let program = RuntimeProgram.running(job.runtime.description)?.program,
            let compiler = program.bytecodeCompiler
        else { throw CompilationError.interpreterMissing }
        let root = job.place == .code ? "/var/task" : "/opt"
        let file = "\(RuntimeProgram.directory)/\(compiler.file)"
        var plan = SandboxPlan(command: [interpreter.command] + compiler.flags + [file, root])
        plan.environment = ["LD_LIBRARY_PATH": "/var/lang/lib", "LANG": "C.UTF-8"]
        plan.userland = host.userland
        plan.runtimeFiles = "\(host.runtimeFiles)/\(program.language)"
        plan.interpreterPrefix = interpreter.prefix
        switch job.place {
        case .code: plan.taskTree = job.package.treePath
        case .layer: plan.layerTrees = [job.package.treePath]
        }
        plan.workingDirectory = "/"
        plan.network = .isolated(listeners: [])
        plan.temporaryBytes = 1 << 20
        plan.limits = Compilation.limits
        return plan
    }
}
