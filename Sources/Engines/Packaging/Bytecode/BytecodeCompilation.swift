internal import Glibc
internal import LinuxSystem

/// Makes the bytecode of a layer's Python sources, so that functions do not compile them in every cold start.
///
/// The files do not depend on the sources' times: they are hash-based, and unchecked
/// (<https://peps.python.org/pep-0552/>). A layer never changes and `/opt` is read-only, so to compare sources with
/// their hashes in every cold start would find nothing. The same sources and the same interpreter make the same bytes:
/// names in tracebacks are those in functions, and `MarshalStream` removes what depends on the process. Sources are
/// compiled and never run or imported.
struct BytecodeCompilation {
    /// An interpreter of exactly the runtime's minor version, whose bytecode others do not read.
    let interpreter: String
    /// 12 for Python 3.12.
    let pythonMinor: Int
    /// An existing folder for the bytecode, until it is packed.
    let folder: String

    /// The bytecode of all sources among the entries of a layer.
    func entries(
        for entries: [PackageEntry], hold: borrowing BlockedSignals, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(PackagingError) -> [PackageEntry] {
        let sources = entries.filter { $0.path.hasSuffix(".py") && !$0.path.contains("\n") }
        var listing = ""
        for (number, entry) in sources.enumerated() {
            guard case .file(let hostPath, _, _) = entry.content, !hostPath.contains("\n") else { continue }
            listing += "\(hostPath)\n/opt/\(entry.path)\n\(path(of: number))\n"
        }
        progress(0, sources.count)
        try compile(listing, hold) { progress($0, sources.count) }
        var bytecode: [PackageEntry] = []
        for (number, entry) in sources.enumerated() {
            guard let size = try PackagingError.wrapping({ () throws(SystemCallError) in try normalize(number) })
            else { continue }
            bytecode.append(
                PackageEntry(
                    path: bytecodePath(of: entry.path),
                    content: .file(hostPath: path(of: number), byteCount: size, isExecutable: false)))
        }
        return bytecode
    }

    /// `__pycache__/NAME.cpython-312.pyc` beside the source (<https://peps.python.org/pep-3147/>).
    func bytecodePath(of source: String) -> String {
        let names = source.split(separator: "/").map(String.init)
        let name = String((names.last ?? source).dropLast(".py".count))
        return (names.dropLast() + ["__pycache__", "\(name).cpython-3\(pythonMinor).pyc"]).joined(separator: "/")
    }

    private func path(of number: Int) -> String { "\(folder)/\(number).pyc" }

    private func compile(
        _ listing: String, _ hold: borrowing BlockedSignals, _ progress: (Int) -> Void
    ) throws(PackagingError) {
        let list = "\(folder)/sources"
        var (done, last) = (0, "")
        let outcome = try PackagingError.wrapping { () throws(SystemCallError) in
            try HostFile.write(Array(listing.utf8), to: list)
            // Without site packages and without the user's variables. Not -I: it would ignore the hash seed.
            return try ForegroundProcess.run(
                interpreter,
                ["-S", "-s", "-B", "-W", "ignore", "-c", BytecodeScript.text, list, "\(Self.processCount)"],
                environment: ["PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"], blockedSignals: hold
            ) { line in
                if line.hasPrefix("+"), let count = Int(line.dropFirst()) {
                    done += count
                    progress(done)
                } else {
                    last = line
                }
            }
        }
        if hold.isPending { throw .interrupted }
        guard outcome == .exited(0) else {
            throw .bytecodeFailed(interpreter: interpreter, reason: last.isEmpty ? "it ended with \(outcome)" : last)
        }
    }

    /// As many as there are processors; more than a few have not enough to do.
    private static var processCount: Int { max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The magic number, the flags and the source's hash (<https://peps.python.org/pep-0552/>).
    private static let headerBytes = 16

    /// Brings a file into its canonical form, and returns its size; `nil` where the source has no bytecode.
    private func normalize(_ number: Int) throws(SystemCallError) -> Int? {
        guard let content = try HostFile.readIfPresent(path(of: number)) else { return nil }
        let layout = MarshalStream.CodeLayout(pythonMinor: pythonMinor)
        guard let stream = MarshalStream(content.dropFirst(Self.headerBytes), layout: layout) else {
            return content.count
        }
        let bytes = content.prefix(Self.headerBytes) + stream.canonicalBytes
        try HostFile.write(Array(bytes), to: path(of: number))
        return bytes.count
    }
}
