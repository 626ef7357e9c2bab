internal import Domain
internal import LinuxSystem

/// Removes symbols that only debuggers and linkers read from programs and shared libraries, with binutils or LLVM.
///
/// The bytes depend on the tool's version. A library that its maker has patched may not survive: one whose segments
/// would not load any more stays as it was.
struct SymbolStripper {
    /// `strip`, `llvm-strip` or `aarch64-linux-gnu-strip`.
    let program: String
    let architecture: Architecture
    let environment: [String: String]
    /// A folder for the new files, until they are packed.
    private let folder: String

    /// Finds a program for an architecture: binutils' own handles that of the host only.
    ///
    /// - Parameter folder: the new files are in a folder of their own in it.
    init(for architecture: Architecture, tools: LayerTools, folder: String) throws(PackagingError) {
        let processor = architecture == .arm ? "aarch64" : "x86_64"
        let own = architecture == .ofThisHost ? tools.program("strip") : nil
        guard let program = own ?? tools.program("\(processor)-linux-gnu-strip", "llvm-strip") else {
            throw .toolMissing(
                "a program that strips \(architecture.rawValue) files",
                "install llvm, or binutils-\(processor.replacing("_", with: "-"))-linux-gnu, or leave --strip out")
        }
        (self.program, self.architecture, self.folder) = (program, architecture, "\(folder)/stripped")
        environment = tools.environment
    }

    /// The entries with smaller files.
    ///
    /// - Parameters:
    ///   - changed: gets the paths of the files that are smaller.
    ///   - savings: gets by how much.
    func stripped(
        _ entries: [PackageEntry], changed: inout Set<String>, savings: inout [LayerSaving],
        hold: borrowing BlockedSignals
    ) throws(PackagingError) -> [PackageEntry] {
        try PackagingError.wrapping { () throws(SystemCallError) in try HostFile.makeFolders(folder) }
        var (result, saved): ([PackageEntry], Int) = ([], 0)
        for entry in entries {
            let target = "\(folder)/\(result.count)"
            guard case .file(let hostPath, let size, let isExecutable) = entry.content,
                let byteCount = try strip(hostPath, size, into: target, hold)
            else {
                result.append(entry)
                continue
            }
            saved += size - byteCount
            changed.insert(entry.path)
            let content = PackageEntry.Content.file(
                hostPath: target, byteCount: byteCount, isExecutable: isExecutable)
            result.append(PackageEntry(path: entry.path, content: content))
        }
        if !changed.isEmpty {
            savings.append(LayerSaving(rule: "strip", fileCount: changed.count, byteCount: saved))
        }
        if hold.isPending { throw .interrupted }
        return result
    }

    /// Writes a file without symbols, and returns its size; `nil` for what is no program or library, or not smaller.
    private func strip(
        _ path: String, _ size: Int, into target: String, _ hold: borrowing BlockedSignals
    ) throws(PackagingError) -> Int? {
        guard size >= ELFSegments.headerBytes else { return nil }
        return try PackagingError.wrapping { () throws(SystemCallError) -> Int? in
            let start = try FileDescriptor.open(FilePath(path), [.read]).bytes(count: ELFSegments.headerBytes, at: 0)
            guard ELFSegments.isLoadable(start, machine: architecture.elfMachine) else { return nil }
            // To another file: the installed one may be a hard link to one of the installer's cache.
            let outcome = try ForegroundProcess.run(
                program, ["--strip-unneeded", "-o", target, path], environment: environment, blockedSignals: hold
            ) { _ in }
            guard outcome == .exited(0), !hold.isPending else { return nil }
            let bytes = try WholeFile.content(target)
            return bytes.count < size && ELFSegments.areAligned(in: bytes) ? bytes.count : nil
        }
    }
}

/// The segments of a 64-bit little-endian ELF file (elf(5)), as far as the loader cares.
enum ELFSegments {
    /// The size of the file's header.
    static let headerBytes = 64
    private static let programHeaderBytes = 56

    /// Whether a header is that of a program or shared library for a processor.
    static func isLoadable(_ header: [UInt8], machine: UInt16) -> Bool {
        guard header.count >= headerBytes, header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return false }
        return (2...3).contains(number(header, 16, 2)) && number(header, 18, 2) == Int(machine)
    }

    /// Whether the loader can map every segment: its place in the file and its address agree in their alignment.
    static func areAligned(in bytes: [UInt8]) -> Bool {
        guard bytes.count >= headerBytes else { return false }
        let (table, count) = (number(bytes, 32, 8), number(bytes, 56, 2))
        guard table >= 0, count <= (bytes.count - min(table, bytes.count)) / programHeaderBytes else { return false }
        return (0..<count).allSatisfy { index in
            let header = table + index * programHeaderBytes
            guard number(bytes, header, 4) == 1 else { return true }
            let (offset, address) = (number(bytes, header + 8, 8), number(bytes, header + 16, 8))
            let (size, alignment) = (number(bytes, header + 32, 8), number(bytes, header + 48, 8))
            guard offset >= 0, size >= 0, offset <= bytes.count, size <= bytes.count - offset else { return false }
            return alignment <= 1 || offset % alignment == address % alignment
        }
    }

    private static func number(_ bytes: [UInt8], _ position: Int, _ count: Int) -> Int {
        Int(bitPattern: (0..<count).reduce(UInt(0)) { $0 | UInt(bytes[position + $1]) << (8 * UInt($1)) })
    }
}
