internal import Archive
internal import Digest
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Compresses the files of a package on all processors, a little ahead of the program that writes them in order.
///
/// Bounded: the files whose results wait have at most `largestAhead` bytes together. The results do not depend on the
/// number of threads. What the threads' signals are blocked for is inherited from the thread that starts them.
final class ParallelCompression: Sendable {
    private struct State {
        var next = 0
        var results: [Int: Result<DeflatedFile, SystemCallError>] = [:]
        var aheadBytes = 0
        var isEnding = false
    }

    private enum Step {
        case compress(Int)
        case waitForRoom
        case end
    }

    private let entries: [PackageEntry]
    private let cache: BuildCache?
    private let state = Mutex(State())
    private let isReady = Semaphore()
    private let hasRoom = Semaphore()
    private let threads = Mutex<[SystemThread]>([])

    /// Starts with the first entries.
    init(of entries: [PackageEntry], cache: BuildCache?) {
        (self.entries, self.cache) = (entries, cache)
        for _ in 0..<max(1, min(Self.mostThreads, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) {
            // Those that could be started do the work; where there is none, the writer compresses itself.
            guard let thread = try? SystemThread(name: "compression", body: { [self] in work() }) else { continue }
            threads.withLock { $0.append(thread) }
        }
    }

    /// The content of an entry; `nil` for one that the writer has to compress. Each entry is asked for once, in order.
    func result(of index: Int) throws(ArchiveError) -> DeflatedFile? {
        guard Self.bytes(of: entries[index]) != nil, threads.withLock({ !$0.isEmpty }) else { return nil }
        while true {
            if let result = takeResult(index) {
                hasRoom.signal()
                switch result {
                case .success(let file): return file
                case .failure(let error): throw .system(error)
                }
            }
            isReady.wait()
        }
    }

    /// Waits for the threads, which begin with no other entry.
    func end() {
        state.withLock { $0.isEnding = true }
        let all = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for _ in all { hasRoom.signal() }
        for thread in all { thread.join() }
    }

    private static let mostThreads = 8
    private static let largestAhead = 48 << 20
    /// Larger files are compressed by the writer, piece by piece.
    private static let largestFile = 48 << 20

    private static func bytes(of entry: PackageEntry) -> Int? {
        guard case .file(_, let byteCount, _) = entry.content, byteCount <= largestFile else { return nil }
        return byteCount
    }

    private func takeResult(_ index: Int) -> Result<DeflatedFile, SystemCallError>? {
        state.withLock { state in
            guard let result = state.results.removeValue(forKey: index) else { return nil }
            state.aheadBytes -= entries[index].byteCount
            return result
        }
    }

    private func work() {
        while true {
            switch nextStep() {
            case .compress(let index):
                let result = compress(entries[index])
                state.withLock { $0.results[index] = result }
                isReady.signal()
            case .waitForRoom: hasRoom.wait()
            case .end:
                // Wakes the next thread that waits.
                hasRoom.signal()
                return
            }
        }
    }

    private func nextStep() -> Step {
        state.withLock { state in
            while state.next < entries.count, Self.bytes(of: entries[state.next]) == nil { state.next += 1 }
            guard !state.isEnding, state.next < entries.count else { return .end }
            let byteCount = entries[state.next].byteCount
            guard state.aheadBytes == 0 || state.aheadBytes + byteCount <= Self.largestAhead else {
                return .waitForRoom
            }
            state.aheadBytes += byteCount
            state.next += 1
            return .compress(state.next - 1)
        }
    }

    private func compress(_ entry: PackageEntry) -> Result<DeflatedFile, SystemCallError> {
        guard case .file(let hostPath, _, _) = entry.content else {
            return .failure(SystemCallError("open", errno: EINVAL))
        }
        do throws(SystemCallError) {
            let file = try FileDescriptor.open(FilePath(hostPath), [.read])
            guard let cache else { return .success(try DeflatedFile(contentsOf: file)) }
            let key = BuildCache.key("deflate", "\(ZipWriter.defaultLevel)", try HostFile.digest(of: hostPath).0.hex)
            if let known = cache.content(key).flatMap(DeflatedFile.init(serialized:)) { return .success(known) }
            let deflated = try DeflatedFile(contentsOf: file)
            cache.keep(deflated.serialized, as: key)
            return .success(deflated)
        } catch {
            return .failure(error)
        }
    }
}
