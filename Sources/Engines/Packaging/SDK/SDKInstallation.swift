internal import Glibc
internal import LinuxSystem

/// Installs an SDK for one runtime, and makes the runtime's folder. Blocks, for seconds where it has to download.
struct SDKInstallation {
    let cache: SDKCache
    let source: RuntimeSource
    let version: SDKVersion
    /// Finds `uv`.
    let installer: @Sendable () throws(PackagingError) -> String
    let environment: [String: String]
    /// Asked again and again; when it says yes, the work ends with `.interrupted`.
    let isCancelled: () -> Bool
    /// The longest time for a program. A download takes seconds; a stuck one must not keep others waiting.
    var programNanoseconds: UInt64 = 300_000_000_000

    /// Makes what is not there. Under the cache's lock.
    func run() throws(PackagingError) {
        let sdk = cache.sdkFolder(of: source.name, version)
        if !Self.exists(sdk) {
            try make(at: sdk) { draft throws(PackagingError) in try install(into: draft) }
        }
        let folder = cache.runtimeFolder(of: source, version)
        guard !Self.exists(folder) else { return }
        try make(at: folder) { draft throws(PackagingError) in
            try PackagingError.wrapping { () throws(SystemCallError) in try assemble(in: draft, from: sdk) }
            try compile(draft)
            try PackagingError.wrapping { () throws(SystemCallError) in try Self.makeReadable(draft) }
        }
        try PackagingError.wrapping { () throws(SystemCallError) in
            try cache.removeOldFolders(of: source.name, besides: folder)
        }
    }

    private func make(
        at path: String, _ fill: (String) throws(PackagingError) -> Void
    ) throws(PackagingError) {
        let draft = try PackagingError.wrapping { () throws(SystemCallError) in try cache.makeDraft() }
        do throws(PackagingError) {
            try fill(draft)
            try PackagingError.wrapping { () throws(SystemCallError) in try cache.place(draft, at: path) }
        } catch {
            cache.discard(draft)
            throw error
        }
    }

    private func install(into folder: String) throws(PackagingError) {
        let requirement =
            if case .exactly(let number) = version { "\(source.package)==\(number)" } else { source.package }
        var lines: [String] = []
        let uv = try installer()
        let outcome = try run(uv, arguments(requirement, folder), environment) { line in
            // The causes are in the last ones.
            if lines.count == Self.keptLines { lines.removeFirst() }
            lines.append(line)
        }
        guard outcome == .exited(0) else { throw .sdkNotInstalled(requirement, Self.reason(lines) ?? "\(outcome)") }
        try PackagingError.wrapping { () throws(SystemCallError) in
            let root = try FileDescriptor.open(FilePath(folder), [.read, .directory])
            // Programs of the packages, and uv's own lock.
            for name: FilePath in ["bin", ".lock"] { try root.removeTree(at: name) }
        }
        guard Self.exists("\(folder)/\(source.evidence)") else {
            throw .sdkNotInstalled(requirement, "the package has no \(source.evidence)")
        }
    }

    private static let keptLines = 100

    /// Runs a program; a wait that was in vain is an error of the package.
    private func run(
        _ program: String, _ arguments: [String], _ environment: [String: String], line: (String) -> Void
    ) throws(PackagingError) -> ForegroundProcess.Outcome {
        let deadline = MonotonicClock.nowNanoseconds() + programNanoseconds
        let isOver = { isCancelled() || MonotonicClock.nowNanoseconds() > deadline }
        let outcome = try PackagingError.wrapping { () throws(SystemCallError) in
            try ForegroundProcess.run(program, arguments, environment: environment, isCancelled: isOver, line: line)
        }
        if isCancelled() { throw .interrupted }
        if case .signaled = outcome, MonotonicClock.nowNanoseconds() > deadline {
            throw .sdkNotInstalled(source.package, "it took more than \(programNanoseconds / 1_000_000_000) seconds")
        }
        return outcome
    }

    private func arguments(_ requirement: String, _ folder: String) -> [String] {
        [
            "pip", "install", "--target", folder, "--python", source.interpreter, "--only-binary", ":all:",
            "--no-compile-bytecode", "--link-mode", "copy", "--no-progress", "--color", "never",
            "--no-python-downloads", requirement,
        ]
    }

    /// The innermost cause that `uv` gives.
    static func reason(_ lines: [String]) -> String? {
        let causes = lines.filter { $0.contains("cause:") || $0.contains("Caused by:") || $0.hasPrefix("error:") }
        return (causes.last ?? lines.last)?.split(separator: ": ", maxSplits: 1).last.map(String.init)
    }

    /// Links the SDK's files, and writes the runtime's own.
    private func assemble(in draft: String, from sdk: String) throws(SystemCallError) {
        let target = try FileDescriptor.open(FilePath(draft), [.read, .directory])
        try Self.link(try FileDescriptor.open(FilePath(sdk), [.read, .directory]), to: target)
        for file in source.files {
            let new = try target.open(at: FilePath(file.name), [.write, .create, .exclusive, .noFollow], mode: 0o644)
            try new.write(all: file.bytes)
        }
    }

    private static func link(
        _ folder: borrowing FileDescriptor, to target: borrowing FileDescriptor
    ) throws(SystemCallError) {
        for name in try folder.entryNames() {
            switch try folder.status(at: name).kind {
            case .directory:
                try target.makeDirectory(at: name)
                try link(
                    try folder.open(at: name, [.read, .directory, .noFollow]),
                    to: try target.open(at: name, [.read, .directory, .noFollow]))
            case .file: try folder.link(at: name, to: target, name)
            case .symbolicLink, .special: break  // wheels have none
            }
        }
    }

    private func compile(_ folder: String) throws(PackagingError) {
        var last = ""
        let outcome = try run(source.interpreter, source.compile(folder), ["LANG": "C.UTF-8"]) { last = $0 }
        guard outcome == .exited(0) else {
            throw .sdkNotInstalled(source.package, "its bytecode could not be made: \(last)")
        }
    }

    /// Functions run as other users. The umask of the server may keep these out.
    private static func makeReadable(_ path: String) throws(SystemCallError) {
        try makeReadable(try FileDescriptor.open(FilePath(path), [.read, .directory]))
    }

    private static func makeReadable(_ folder: borrowing FileDescriptor) throws(SystemCallError) {
        try folder.setMode(0o755)
        for name in try folder.entryNames() {
            if try folder.status(at: name).kind == .directory {
                try makeReadable(try folder.open(at: name, [.read, .directory, .noFollow]))
            } else {
                try folder.open(at: name, [.read, .noFollow]).setMode(0o644)
            }
        }
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
