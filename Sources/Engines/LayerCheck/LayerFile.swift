internal import Domain
public import PackageContents

/// One entry of a layer, with what checks have to know of it.
public struct LayerFile: Hashable, Sendable {
    /// What an entry is.
    public enum Kind: Hashable, Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A symbolic link with its target, as it is written.
        case link(target: String)
    }

    /// What was read of a file's content.
    public enum Content: Hashable, Sendable {
        /// Nothing: no check asks for it.
        case unread
        /// A program or a shared library.
        case elf(ELFFile)
        /// The `METADATA` of an installed Python package.
        case pythonPackage(PythonPackage)
        /// A private key in PEM.
        case privateKey
    }

    /// The path below `/opt`, without a slash at either end.
    public let path: String
    /// What it is.
    public let kind: Kind
    /// The permission bits; `nil` in zips without Unix modes.
    public let mode: UInt32?
    /// The size in bytes when unpacked; 0 for all but files.
    public let size: Int
    /// What was read of its content.
    public let content: Content

    /// The names on the path. Kept, because most checks look at them.
    let names: [Substring]

    /// Describes an entry.
    public init(path: String, kind: Kind = .file, mode: UInt32? = 0o644, size: Int = 0, content: Content = .unread) {
        (self.path, self.kind, self.mode, self.size, self.content) = (path, kind, mode, size, content)
        names = path.split(separator: "/")
    }

    /// The last name of the path.
    var name: Substring { names.last ?? "" }

    /// Whether it is a directory.
    var isDirectory: Bool { kind == .directory }

    /// What was read of a program or shared library.
    var elf: ELFFile? { if case .elf(let elf) = content { elf } else { nil } }

    /// The Python that a compiled module or bytecode is for, as its name has it: `312` for
    /// `_x.cpython-312-x86_64-linux-gnu.so` and `x.cpython-312.opt-1.pyc`.
    var pythonTag: Substring? {
        guard let start = name.firstRange(of: ".cpython-")?.upperBound else { return nil }
        return name[start...].prefix { $0 != "-" && $0 != "." }
    }
}

extension LayerFile {
    /// All that a function may have unzipped: no larger file is ever used.
    private static let largestReadBytes = LambdaLimits.unzippedBytes

    /// Whether checks ask for the content of a file.
    static func isRead(path: String, mode: UInt32?, size: Int) -> Bool {
        let names = path.split(separator: "/")
        guard let name = names.last, size > 0, size <= largestReadBytes else { return false }
        if name == "METADATA" { return names.dropLast().last?.hasSuffix(".dist-info") == true }
        if isKey(name) { return size < 1 << 20 }
        let isProgram = (mode ?? 0) & 0o111 != 0 && !name.contains(".")
        return isProgram || isSharedLibrary(name) || ["bin", "extensions"].contains(names[0])
    }

    /// Whether a name is that of a shared library: `libz.so`, `libz.so.1.2`, but not `json.sock`.
    static func isSharedLibrary(_ name: some StringProtocol) -> Bool {
        guard let suffix = name.firstRange(of: ".so") else { return false }
        return suffix.upperBound == name.endIndex || name[suffix.upperBound] == "."
    }

    /// Whether a name is one that private keys have.
    static func isKey(_ name: some StringProtocol) -> Bool {
        name.hasSuffix(".pem") || name.hasSuffix(".key")
            || ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].contains { name == $0 }
    }

    /// What content says to checks.
    static func content(of path: String, _ bytes: [UInt8]) -> Content {
        if bytes.starts(with: ELFFile.magic) { return ELFFile(bytes).map { .elf($0) } ?? .unread }
        let name = path.split(separator: "/").last ?? ""
        if name == "METADATA" { return PythonPackage(metadata: bytes).map { .pythonPackage($0) } ?? .unread }
        if isKey(name), String(decoding: bytes.prefix(4_096), as: UTF8.self).contains("PRIVATE KEY-----") {
            return .privateKey
        }
        return .unread
    }
}
