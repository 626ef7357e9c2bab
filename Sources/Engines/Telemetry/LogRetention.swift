internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Keeps the logs of functions and accounts within their limits: looks at their files now and then, and removes some.
///
/// It is called by the thread that writes logs. How often it looks depends on how much was written, so that a limit is
/// exceeded by an eighth at most, and looking costs a small part of writing.
final class LogRetention: Sendable {
    /// A function's folder.
    struct Place: Hashable, Sendable {
        let account: String
        let folder: String
    }

    /// What was written since the files were looked at; `nil` where they were not.
    private struct Tally {
        var bytes: Int?
        var files = 0

        mutating func add(_ bytes: Int, isNewFile: Bool) {
            self.bytes = self.bytes.map { $0 + bytes }
            files += isNewFile ? 1 : 0
        }
    }

    private struct State {
        var functions: [String: Tally] = [:]
        var accounts: [String: Tally] = [:]
        /// The files that streams write to, by their folders.
        var open: [String: Set<String>] = [:]
    }

    let limits: LogLimits
    private let nowSeconds: @Sendable () -> Int
    private let state = Mutex(State())
    /// Held while files are looked at.
    private let looking = Mutex(())

    init(limits: LogLimits, nowSeconds: @escaping @Sendable () -> Int) {
        self.limits = limits
        self.nowSeconds = nowSeconds
    }

    /// A stream writes to a file from now on.
    func didOpen(_ file: String, in place: Place) {
        state.withLock { _ = $0.open[place.folder, default: []].insert(file) }
    }

    /// A stream writes to a file no longer.
    func didClose(_ file: String, in place: Place) {
        state.withLock { state in
            state.open[place.folder]?.remove(file)
            if state.open[place.folder]?.isEmpty == true { state.open[place.folder] = nil }
        }
    }

    /// The size at which a stream of a function is rotated now.
    func streamBytes(in place: Place) -> Int {
        limits.streamBytes(openCount: state.withLock { $0.open[place.folder]?.count ?? 0 })
    }

    /// Bytes were written to a file of a function.
    func didWrite(_ bytes: Int, isNewFile: Bool, in place: Place) {
        let (looksAtFunction, looksAtAccount) = state.withLock { state in
            state.functions[place.folder, default: Tally()].add(bytes, isNewFile: isNewFile)
            state.accounts[place.account, default: Tally()].add(bytes, isNewFile: isNewFile)
            let function = state.functions[place.folder] ?? Tally()
            let account = state.accounts[place.account] ?? Tally()
            let isDue = function.bytes.map { $0 >= limits.functionBytes / 8 } ?? true
            let isAccountDue = account.bytes.map { $0 >= limits.accountBytes / 8 } ?? true
            return (isDue || function.files >= max(1, limits.functionFiles / 8), isAccountDue)
        }
        guard looksAtFunction || looksAtAccount else { return }
        looking.withLock { _ in
            if looksAtFunction { trimFunction(place) }
            if looksAtAccount { trimAccount(place.account) }
        }
    }

    private func trimFunction(_ place: Place) {
        state.withLock { $0.functions[place.folder] = Tally(bytes: 0) }
        remove(files(in: place.folder), limits.functionBytes, limits.functionFiles)
    }

    private func trimAccount(_ account: String) {
        state.withLock { $0.accounts[account] = Tally(bytes: 0) }
        let folders = Self.names(in: account).flatMap { region in
            Self.names(in: "\(account)/\(region)").map { "\(account)/\(region)/\($0)" }
        }
        remove(folders.flatMap(files), limits.accountBytes, .max)
    }

    private func remove(_ files: [LogFile], _ bytes: Int, _ count: Int) {
        let moment = nowSeconds() - limits.keptSeconds
        for file in LogFile.excess(of: files, bytes: bytes, count: count, olderThanSeconds: moment) {
            unlink(file.path)
        }
    }

    /// The files in a function's folder. One that cannot be looked at is left for the next time.
    private func files(in folder: String) -> [LogFile] {
        let open = state.withLock { $0.open[folder] ?? [] }
        var files: [LogFile] = []
        do throws(SystemCallError) {
            let directory = try FileDescriptor.open(FilePath(folder), [.read, .directory])
            for name in try directory.entryNames().map(\.description) {
                guard LogStreamName.stream(ofFile: name) != nil,
                    let status = try directory.statusIfPresent(at: FilePath(name)), status.kind == .file
                else { continue }
                files.append(
                    LogFile(
                        path: "\(folder)/\(name)", bytes: status.size,
                        modifiedSeconds: status.modificationTimeSeconds, isOpen: open.contains(name)))
            }
        } catch {
            // The rest is looked at the next time.
        }
        return files
    }

    /// The names in a folder; none where it cannot be read.
    private static func names(in folder: String) -> [String] {
        do throws(SystemCallError) {
            return try FileDescriptor.open(FilePath(folder), [.read, .directory]).entryNames().map(\.description)
        } catch {
            return []
        }
    }
}
