public import Digest

/// What a pack of bytecode was made of, and for: a package's tree, whose files never change, and one interpreter.
public struct BytecodeKey: Hashable, Sendable {
    /// The SHA-256 of the package's zip, which names its tree.
    public let tree: SHA256Digest
    /// The interpreter: its runtime and files. A pack for another one is never used.
    public let interpreter: InterpreterIdentity

    /// Names a pack.
    public init(tree: SHA256Digest, interpreter: InterpreterIdentity) {
        self.tree = tree
        self.interpreter = interpreter
    }

    /// The name on disk: `<tree>.<interpreter>`.
    var fileName: String { "\(tree.hex).\(interpreter.text)" }

    /// Parses a name on disk; `nil` for anything that `fileName` would not write.
    init?(fileName: String) {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let tree = SHA256Digest(hex: parts[0]),
            let interpreter = InterpreterIdentity(text: parts[1])
        else { return nil }
        self.init(tree: tree, interpreter: interpreter)
    }
}

/// One interpreter of this host, as it is now: another one in its place has another identity.
public struct InterpreterIdentity: Hashable, Sendable, CustomStringConvertible {
    /// 32 hexadecimal digits.
    let text: String

    /// Identifies an interpreter by its runtime's name and by its files.
    ///
    /// - Parameter files: its program and shared libraries.
    public init(runtime: String, files: [InterpreterFile]) {
        let parts = files.map { "\($0.path)\0\($0.bytes)\0\($0.modified)\0\($0.inode)" }
        let digest = SHA256Digest(hashing: Array(([runtime] + parts).joined(separator: "\0").utf8))
        text = String(digest.hex.prefix(Self.digits))
    }

    /// The digits.
    public var description: String { text }

    init?(text: some StringProtocol) {
        guard text.utf8.count == Self.digits, text.utf8.allSatisfy({ Self.alphabet.contains($0) }) else { return nil }
        self.text = String(text)
    }

    private static let digits = 32
    private static let alphabet = Set("0123456789abcdef".utf8)
}

/// A file of an interpreter, by what changes when it is replaced.
public struct InterpreterFile: Hashable, Sendable {
    /// Its path on the host.
    public let path: String
    /// Its size.
    public let bytes: Int
    /// Its modification time, in nanoseconds since 1970.
    public let modified: Int
    /// Its number in the file system.
    public let inode: UInt64

    /// Describes a file.
    public init(path: String, bytes: Int, modified: Int, inode: UInt64) {
        self.path = path
        self.bytes = bytes
        self.modified = modified
        self.inode = inode
    }
}
