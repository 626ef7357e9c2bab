public import Domain
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// The logs of all functions: a folder for each function, a file for each stream, below one root.
public final class LogStore: Sendable {
    private let root: String
    private let retention: LogRetention
    private let losses: LogLosses

    /// Keeps logs below a folder, which is created with the first line.
    ///
    /// - Parameters:
    ///   - limits: what they may take on the disk.
    ///   - clock: nanoseconds since an unspecified moment; `nil` for ``MonotonicClock``.
    ///   - nowSeconds: seconds since 1970; `nil` for ``WallClock``.
    ///   - didLose: is told when lines begin to be lost because they cannot be written, and when they can be again.
    ///   Called on the thread that writes, and must not wait.
    public init(
        root: String, limits: LogLimits = LogLimits(), clock: (@Sendable () -> UInt64)? = nil,
        nowSeconds: (@Sendable () -> Int)? = nil,
        didLose: @escaping @Sendable (LogLoss) -> Void = { _ in }
    ) {
        self.root = root
        retention = LogRetention(limits: limits, nowSeconds: nowSeconds ?? { Int(WallClock.nowMilliseconds() / 1_000) })
        losses = LogLosses(clock: clock, report: didLose)
    }

    /// Opens a new stream of a function. The streams of earlier environments stay.
    public func openStream(of function: FunctionID, name: LogStreamName) -> LogStream {
        let place = LogRetention.Place(account: "\(root)/\(function.account)", folder: folder(of: function))
        return LogStream(in: place, fileName: name.fileName, retention: retention, losses: losses)
    }

    /// Removes all logs. A stream that is still open writes on, into a file that no one finds.
    public func removeAll() throws {
        guard access(root, F_OK) == 0 else { return }
        let folder = try FileDescriptor.open(FilePath(root), [.read, .directory])
        for name in try folder.entryNames() { try folder.removeTree(at: name) }
    }

    /// The folder of a function's streams.
    public func folder(of function: FunctionID) -> String {
        "\(root)/\(function.account)/\(function.region)/\(function.name)"
    }
}

/// The name of a log stream: `2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef`.
///
/// Source: "Working with log groups and log streams" in the Lambda and CloudWatch Logs documentation.
public struct LogStreamName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Names the stream of an environment that starts at a moment, in UTC.
    ///
    /// - Parameter random: 16 random bytes that make the name unique.
    public init(startMilliseconds: Int64, version: FunctionVersion, random: [UInt8]) {
        var seconds = time_t(startMilliseconds / 1000)
        var date = tm()
        gmtime_r(&seconds, &date)
        let day = [date.tm_year + 1900, date.tm_mon + 1, date.tm_mday].map { $0 < 10 ? "0\($0)" : "\($0)" }
        let hex = random.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        description = "\(day.joined(separator: "/"))/[\(version)]\(hex)"
    }

    /// The name with its slashes replaced: one file in the function's folder.
    var fileName: String {
        String(description.map { $0 == "/" ? "-" : $0 }) + ".log"
    }
}

/// One environment's log: lines with the time at which they were printed, each `2026-01-31T09:30:00.123Z <text>`.
public final class LogStream: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var writtenBytes = 0
    }

    private struct Waiting {
        var lines: [LogLine] = []
        var bytes = 0
    }

    private let place: LogRetention.Place
    private let fileName: String
    private let retention: LogRetention
    private let losses: LogLosses
    private let state = Mutex(State())
    private let waiting = Mutex(Waiting())

    /// About how many bytes of memory lines may take that wait for the disk.
    public static let waitingBytesLimit = 4 << 20

    init(in place: LogRetention.Place, fileName: String, retention: LogRetention, losses: LogLosses) {
        self.place = place
        self.fileName = fileName
        self.retention = retention
        self.losses = losses
    }

    deinit {
        state.withLock { if $0.descriptor >= 0 { close(&$0) } }
    }

    private var path: String { "\(place.folder)/\(fileName)" }

    /// Whether lines that take so many bytes of memory may wait for the disk.
    public func hasRoom(forBytes bytes: Int) -> Bool {
        waiting.withLock { $0.lines.isEmpty || $0.bytes + bytes <= Self.waitingBytesLimit }
    }

    /// Has lines appended by the thread that writes, with those that wait for it already: however often one environment
    /// prints, at most one piece of its work waits there. Called by one thread at a time.
    ///
    /// - Parameters:
    ///   - bytes: about what the lines take of memory.
    ///   - submit: leaves work to the thread that writes; `false` where it takes no more.
    /// - Returns: `false` where it takes no more: the lines are still the caller's.
    public func append(
        _ lines: [LogLine], bytes: Int, by submit: (@escaping @Sendable () -> Void) -> Bool
    ) -> Bool {
        let isFirst = waiting.withLock { waiting in
            defer { (waiting.lines, waiting.bytes) = (waiting.lines + lines, waiting.bytes + bytes) }
            return waiting.lines.isEmpty
        }
        guard isFirst else { return true }
        if submit({ [self] in append(takeWaiting()) }) { return true }
        _ = takeWaiting()
        return false
    }

    private func takeWaiting() -> [LogLine] {
        waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting.lines
        }
    }

    /// Appends lines in one write: all of them, or none. On a write error such as a full disk the lines are dropped and
    /// the function's responses are not delayed; later lines are written once there is space.
    public func append(_ lines: [LogLine]) {
        guard !lines.isEmpty else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.text.utf8.count + 16 })
        for line in lines {
            line.append(to: &bytes)
        }
        do throws(SystemCallError) {
            let isNewFile = try state.withLock { state throws(SystemCallError) in try write(bytes, &state) }
            losses.didWrite()
            retention.didWrite(bytes.count, isNewFile: isNewFile, in: place)
        } catch {
            losses.didLose(lines.count, cause: error)
        }
    }

    /// Writes lines under the lock; opens or rotates the file as needed.
    ///
    /// - Returns: whether the file was opened for that.
    private func write(_ bytes: [UInt8], _ state: inout State) throws(SystemCallError) -> Bool {
        if state.descriptor >= 0, state.writtenBytes + bytes.count > retention.streamBytes(in: place) { rotate(&state) }
        let isNewFile = state.descriptor < 0
        if isNewFile { try open(&state) }
        let count = Glibc.write(state.descriptor, bytes, bytes.count)
        guard count == bytes.count else {
            // A disk takes what it has room for.
            let error = SystemCallError("write \(path)", errno: count < 0 ? errno : ENOSPC)
            // Otherwise the next line would follow half of this one.
            ftruncate(state.descriptor, state.writtenBytes)
            throw error
        }
        state.writtenBytes += bytes.count
        return isNewFile
    }

    private func open(_ state: inout State) throws(SystemCallError) {
        let folderError = makeFolder()
        state.descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard state.descriptor >= 0 else { throw folderError ?? SystemCallError("open \(path)") }
        // The file has lines already when it could not be rotated.
        state.writtenBytes = max(0, lseek(state.descriptor, 0, SEEK_END))
        retention.didOpen(fileName, in: place)
    }

    private func close(_ state: inout State) {
        _ = FileDescriptor(owning: state.descriptor)
        state.descriptor = -1
        retention.didClose(fileName, in: place)
    }

    /// Renames the full file over the older one, and closes it.
    private func rotate(_ state: inout State) {
        close(&state)
        rename(path, path + ".older")
    }

    /// Creates the folder and its parents where they are missing.
    ///
    /// - Returns: why one of them could not be created.
    private func makeFolder() -> SystemCallError? {
        var path = ""
        var error: SystemCallError?
        for part in place.folder.split(separator: "/", omittingEmptySubsequences: false) {
            path += part
            if !path.isEmpty, mkdir(path, 0o700) != 0, errno != EEXIST {
                error = error ?? SystemCallError("mkdir \(path)")
            }
            path += "/"
        }
        return error
    }
}
