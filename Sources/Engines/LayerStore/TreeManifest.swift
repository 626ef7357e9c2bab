internal import Digest

/// The list of a tree's files, against which it is verified.
///
/// On disk: NUL-terminated fields (names hold no NUL) and at the end the SHA-256 of all that, in hexadecimal. Every
/// record names its directory by number, so that deep trees do not repeat their paths.
struct TreeManifest: Equatable {
    /// One entry of the tree.
    struct Node: Equatable {
        /// Its directory, as an index of `nodes`.
        let parent: Int
        let name: [UInt8]
        let content: Content
    }

    /// The content of an entry.
    enum Content: Equatable {
        case directory(mode: UInt32)
        case file(ObjectName, size: Int)
        case link(target: [UInt8])
    }

    /// Directories come before their entries; the first is the root.
    let nodes: [Node]

    /// All files together, in bytes.
    var unzippedBytes: Int {
        nodes.reduce(0) { sum, node in if case .file(_, let size) = node.content { sum + size } else { sum } }
    }

    /// Files, links and directories, without the root.
    var entryCount: Int { nodes.count - 1 }

    private static let header = Array("strata-tree-1".utf8)

    init(nodes: [Node]) {
        self.nodes = nodes
    }

    /// The manifest as it is on disk.
    var encoded: [UInt8] {
        var bytes = Self.header + [0]
        for node in nodes {
            let fields: [[UInt8]] =
                switch node.content {
                case .directory(let mode): [Array("d".utf8), Array(String(mode, radix: 8).utf8), []]
                case .file(let object, let size): [Array("f".utf8), Array(object.text.utf8), Array(String(size).utf8)]
                case .link(let target): [Array("l".utf8), target, []]
                }
            for field in fields + [Array(String(node.parent).utf8), node.name] { bytes += field + [0] }
        }
        return bytes + Array(SHA256Digest(hashing: bytes).hex.utf8)
    }

    /// Parses a manifest; `nil` when it is damaged.
    init?(_ bytes: [UInt8]) {
        let body = Array(bytes.dropLast(64))
        guard body.last == 0, String(decoding: bytes.suffix(64), as: UTF8.self) == SHA256Digest(hashing: body).hex
        else { return nil }
        let fields = body.dropLast().split(separator: 0, omittingEmptySubsequences: false)
        guard fields.first?.elementsEqual(Self.header) == true, (fields.count - 1).isMultiple(of: 5) else { return nil }
        var nodes: [Node] = []
        for start in stride(from: 1, to: fields.count, by: 5) {
            guard let node = Self.node(fields[start..<(start + 5)], before: nodes.count) else { return nil }
            nodes.append(node)
        }
        guard !nodes.isEmpty else { return nil }
        self.nodes = nodes
    }

    private static func node(_ fields: ArraySlice<ArraySlice<UInt8>>, before place: Int) -> Node? {
        let texts = fields.map { String(decoding: $0, as: UTF8.self) }
        guard let parent = Int(texts[3]), (0...max(0, place - 1)).contains(parent) else { return nil }
        let content: Content? =
            switch texts[0] {
            case "d": UInt32(texts[1], radix: 8).map { .directory(mode: $0) }
            case "f":
                if let object = ObjectName(texts[1]), let size = Int(texts[2]) {
                    .file(object, size: size)
                } else {
                    nil
                }
            case "l": .link(target: Array(fields[fields.startIndex + 1]))
            default: nil
            }
        return content.map { Node(parent: parent, name: Array(fields[fields.startIndex + 4]), content: $0) }
    }
}
