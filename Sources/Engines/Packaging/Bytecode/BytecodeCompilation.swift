internal import Digest
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
    /// Where bytecode of earlier builds is; `nil` for nowhere.
    var cache: BuildCache?

    /// The bytecode of all sources among the entries of a layer.
    func entries(
        for entries: [PackageEntry], hold: borrowing BlockedSignals, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(PackagingError) -> [PackageEntry] {
        let sources = entries.filter(Self.isSource)
        let keys = try cacheKeys(of: sources)
        var (listing, known): (String, Set<Int>) = ("", [])
        for (number, entry) in sources.enumerated() {
            guard case .file(let hostPath, _, _) = entry.content else { continue }
            if try restore(number, keys) {
                known.insert(number)
            } else {
                listing += "\(hostPath)\n/opt/\(entry.path)\n\(path(of: number))\n"
            }
        }
        progress(known.count, sources.count)
        if !listing.isEmpty { try compile(listing, hold) { progress(known.count + $0, sources.count) } }
        var bytecode: [PackageEntry] = []
        for (number, entry) in sources.enumerated() {
            let size = try PackagingError.wrapping { () throws(SystemCallError) in
                try normalize(number, isNew: !known.contains(number), keys)
            }
            guard let size else { continue }
            let content = PackageEntry.Content.file(
                hostPath: path(of: number), byteCount: size, isExecutable: false)
            bytecode.append(PackageEntry(path: bytecodePath(of: entry.path), content: content))
        }
        return bytecode
    }

    /// The list of sources has a line for each path.
    private static func isSource(_ entry: PackageEntry) -> Bool {
        guard entry.path.hasSuffix(".py"), case .file(let hostPath, _, _) = entry.content else { return false }
        return !hostPath.contains("\n") && !entry.path.contains("\n")
    }

    /// What bytecode depends on: the interpreter's program, the name in functions and the source.
    private func cacheKeys(of sources: [PackageEntry]) throws(PackagingError) -> [SHA256Digest] {
        guard cache != nil else { return [] }
        return try PackagingError.wrapping { () throws(SystemCallError) in
            let program = try FileDescriptor.open(FilePath(interpreter), [.read]).status()
            let identity = "\(interpreter) \(program.size) \(program.modificationTimeSeconds) \(program.inode)"
            let script = SHA256Digest(hashing: Array(BytecodeScript.text.utf8)).hex
            var keys: [SHA256Digest] = []
            for entry in sources {
                guard case .file(let hostPath, _, _) = entry.content else { continue }
                let source = try HostFile.digest(of: hostPath).0.hex
                keys.append(BuildCache.key("bytecode", identity, script, entry.path, source))
            }
            return keys
        }
    }

    /// Writes the bytecode that an earlier build has made; `false` where there is none.
    private func restore(_ number: Int, _ keys: [SHA256Digest]) throws(PackagingError) -> Bool {
        guard let bytes = keys.indices.contains(number) ? cache?.content(keys[number]) : nil else { return false }
        try PackagingError.wrapping { () throws(SystemCallError) in
            try HostFile.write(bytes, to: path(of: number))
        }
        return true
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

    /// Brings a new file into its canonical form, and returns the size; `nil` where the source has no bytecode.
    private func normalize(_ number: Int, isNew: Bool, _ keys: [SHA256Digest]) throws(SystemCallError) -> Int? {
        guard var content = try HostFile.readIfPresent(path(of: number)) else { return nil }
        guard isNew else { return content.count }
        let layout = MarshalStream.CodeLayout(pythonMinor: pythonMinor)
        if let stream = MarshalStream(content.dropFirst(Self.headerBytes), layout: layout) {
            content = content.prefix(Self.headerBytes) + stream.canonicalBytes
            try HostFile.write(content, to: path(of: number))
        }
        if keys.indices.contains(number) { cache?.keep(content, as: keys[number]) }
        return content.count
    }
}
