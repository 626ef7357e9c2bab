internal import Glibc
public import LinuxSystem
internal import Synchronization

/// The folders of runtimes that have AWS's SDK, installed in the background at the first use of a runtime.
///
/// Safe on any thread; one thread installs. A failed installation is tried again when the runtime is used later.
public final class RuntimeFolders: Sendable {
    /// What there is for a runtime.
    public enum Status: Hashable, Sendable {
        /// Its complete folder, for reading.
        case ready(String)
        /// It has been being installed since this moment of the monotonic clock.
        case installing(sinceNanoseconds: UInt64)
        /// Functions run without: no SDK is wanted, or it could not be installed.
        case absent
    }

    /// What happens to a runtime.
    public enum Report: Sendable {
        /// It is installed now, which may take a while.
        case began(runtime: String, package: String)
        /// It is there: the SDK's version, and the seconds that it took.
        case installed(runtime: String, package: String, version: String, seconds: Double)
        /// It is not, and functions run without.
        case failed(runtime: String, package: String, any Error)
    }

    /// The states of a runtime.
    private enum Progress {
        /// → done, failed.
        case installing(sinceNanoseconds: UInt64)
        /// → nothing, when the folder is removed by hand.
        case done(String, FolderUse)
        /// → installing, when it is used after this moment.
        case failed(retryNanoseconds: UInt64)
    }

    private let cache: SDKCache
    private let version: SDKVersion
    private let sources: [String: RuntimeSource]
    private let installer: @Sendable () throws(PackagingError) -> String
    private let environment: [String: String]
    private let report: @Sendable (Report) -> Void
    private let queue: WorkQueue
    private let progress = Mutex<[String: Progress]>([:])
    private let isStopping = Atomic(false)

    /// From a failure to the next attempt. Networks come back within minutes, and each attempt costs seconds.
    private static let retryNanoseconds: UInt64 = 60_000_000_000

    /// Opens the cache, and starts the thread.
    ///
    /// - Parameters:
    ///   - root: the cache, an absolute path. One user's servers share it.
    ///   - installer: finds `uv`; called for each installation.
    ///   - environment: variables for `uv`.
    ///   - report: called on the thread that installs.
    public init(
        root: String, version: SDKVersion, sources: [RuntimeSource],
        installer: @escaping @Sendable () throws(PackagingError) -> String, environment: [String: String],
        report: @escaping @Sendable (Report) -> Void
    ) throws(SystemCallError) {
        cache = try SDKCache(root: root)
        self.version = version
        self.sources = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
        self.installer = installer
        self.environment = environment
        self.report = report
        queue = try WorkQueue(name: "runtimes", threadCount: 1, capacity: max(1, sources.count))
    }

    /// What there is for a runtime; begins to install what is missing. Does not wait.
    public func status(of runtime: String) -> Status {
        guard version != .none, let source = sources[runtime] else { return .absent }
        let now = MonotonicClock.nowNanoseconds()
        let (status, begins) = progress.withLock { progress -> (Status, Bool) in
            switch progress[runtime] {
            case .installing(let since): return (.installing(sinceNanoseconds: since), false)
            case .done(let path, _) where access(path, F_OK) == 0: return (.ready(path), false)
            case .failed(let retry) where now < retry: return (.absent, false)
            case .done, .failed, nil: break
            }
            if let use = FolderUse(cache.runtimeFolder(of: source, version)) {
                progress[runtime] = .done(use.path, use)
                return (.ready(use.path), false)
            }
            progress[runtime] = .installing(sinceNanoseconds: now)
            return (.installing(sinceNanoseconds: now), true)
        }
        guard begins, !queue.submit({ self.install(source) }) else { return status }
        progress.withLock { $0[runtime] = nil }
        return .absent
    }

    /// Ends the thread, and what it installs.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        queue.close()
    }

    private func install(_ source: RuntimeSource) {
        let path = cache.runtimeFolder(of: source, version)
        let start = MonotonicClock.nowNanoseconds()
        var result = Result { try make(source) }
        let use = FolderUse(path)
        if use == nil, case .success = result { result = .failure(SystemCallError("open \(path)")) }
        progress.withLock { progress in
            progress[source.name] =
                use.map { .done(path, $0) }
                ?? .failed(retryNanoseconds: MonotonicClock.nowNanoseconds() + Self.retryNanoseconds)
        }
        switch result {
        case .success:
            cache.remember(nil, of: source.name)
            let seconds = Double((MonotonicClock.nowNanoseconds() - start) / 1_000_000) / 1_000
            let installed = SDKCache.version(of: source.package, in: path) ?? "unknown"
            report(.installed(runtime: source.name, package: source.package, version: installed, seconds: seconds))
        case .failure(let error):
            guard !isStopping.load(ordering: .relaxed) else { return }
            cache.remember("\(error)", of: source.name)
            report(.failed(runtime: source.name, package: source.package, error))
        }
    }

    private func make(_ source: RuntimeSource) throws {
        let isCancelled = { self.isStopping.load(ordering: .relaxed) }
        try cache.makeFolders()
        // Another server may be at it: then there is nothing left to do.
        guard let lock = try cache.lock(unless: isCancelled) else { throw PackagingError.interrupted }
        guard access(cache.runtimeFolder(of: source, version), F_OK) != 0 else { return }
        report(.began(runtime: source.name, package: source.package))
        let installation = SDKInstallation(
            cache: cache, source: source, version: version, installer: installer, environment: environment,
            isCancelled: isCancelled)
        try installation.run()
        _ = consume lock
    }
}

/// Keeps a folder of the cache from being removed by another server, while it lives.
private final class FolderUse: Sendable {
    let path: String
    private let lock: FileLock

    /// `nil` where there is no such folder.
    init?(_ path: String) {
        do throws(FileLockError) {
            lock = try FileLock.acquire(folder: FilePath(path), isShared: true)
            self.path = path
        } catch {
            return nil
        }
    }
}
