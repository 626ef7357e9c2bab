/// A code object as CPython's marshal writes it (`Python/marshal.c`), in a form that depends on its content alone.
///
/// What `marshal.dumps` writes depends on the process: an object that other parts of the interpreter refer to is marked
/// for references that never come, and before Python 3.11 the elements of a frozenset are in the order of their hashes,
/// of which that of `None` is an address. Here only objects with references are marked, and sets are sorted.
struct MarshalStream {
    /// How code objects are laid out, which differs between minor versions.
    enum CodeLayout {
        /// Python 3.8 to 3.10.
        case withNamesByKind
        /// Python 3.11 and later: names of all kinds in one tuple.
        case withLocals

        init(pythonMinor: Int) { self = pythonMinor < 11 ? .withNamesByKind : .withLocals }

        /// The 32-bit numbers at the start, the objects after them, the numbers after those, the objects at the end.
        var fields: [Int] {
            switch self {
            case .withNamesByKind: [6, 8, 1, 1]
            case .withLocals: [5, 8, 1, 2]
            }
        }
    }

    /// An object: its type, the bytes of it that are no objects, and the objects in it.
    private struct Node {
        let type: UInt8
        var bytes: ArraySlice<UInt8> = []
        var children: [Int] = []
        var isReferred = false
    }

    private static let referenceFlag: UInt8 = 0x80
    /// CPython's own limit of nesting is 2 000; code of compilers has some dozens.
    private static let greatestDepth = 200

    private let layout: CodeLayout
    private var rest: ArraySlice<UInt8>
    private var nodes: [Node] = []
    /// The objects that were marked for references, in the order of the marks.
    private var marked: [Int] = []
    private var root = 0

    /// Reads one object; `nil` for bytes that are not of such a stream.
    init?(_ bytes: ArraySlice<UInt8>, layout: CodeLayout) {
        self.layout = layout
        rest = bytes
        guard let root = object(depth: 0), rest.isEmpty else { return nil }
        self.root = root
    }

    /// The object, the same for the same content.
    var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        var indices: [Int: UInt32] = [:]
        write(root, to: &output, &indices)
        return output
    }

    private mutating func object(depth: Int) -> Int? {
        guard depth < Self.greatestDepth, let first = rest.popFirst() else { return nil }
        let type = first & ~Self.referenceFlag
        if type == UInt8(ascii: "r") {
            guard let bytes = take(4), let index = Self.number(bytes), marked.indices.contains(index) else {
                return nil
            }
            nodes[marked[index]].isReferred = true
            return marked[index]
        }
        let node = nodes.count
        nodes.append(Node(type: type))
        if first & Self.referenceFlag != 0 { marked.append(node) }
        return read(node, type, depth: depth + 1) ? node : nil
    }

    private mutating func read(_ node: Int, _ type: UInt8, depth: Int) -> Bool {
        switch Character(UnicodeScalar(type)) {
        case "N", "T", "F", "S", ".", "0": return true
        case "i": return add(4, to: node)
        case "g", "I": return add(8, to: node)
        case "y": return add(16, to: node)
        case "s", "u", "t", "a", "A": return addCounted(node, countBytes: 4)
        case "z", "Z": return addCounted(node, countBytes: 1)
        case "l":
            guard let count = take(4), let digits = Self.number(count) else { return false }
            nodes[node].bytes = count
            return add(2 * abs(digits), to: node)
        case ")": return addObjects(node, countBytes: 1, depth)
        case "(", "[", "<", ">": return addObjects(node, countBytes: 4, depth)
        case ":": return addObjects(node, 3, depth)
        case "c":
            let fields = layout.fields
            return add(4 * fields[0], to: node) && addObjects(node, fields[1], depth)
                && add(4 * fields[2], to: node) && addObjects(node, fields[3], depth)
        default: return false
        }
    }

    private mutating func add(_ count: Int, to node: Int) -> Bool {
        guard let bytes = take(count) else { return false }
        nodes[node].bytes += bytes
        return true
    }

    private mutating func addCounted(_ node: Int, countBytes: Int) -> Bool {
        guard let count = take(countBytes), let number = Self.number(count), number >= 0 else { return false }
        nodes[node].bytes = count
        return add(number, to: node)
    }

    private mutating func addObjects(_ node: Int, countBytes: Int, _ depth: Int) -> Bool {
        guard let count = take(countBytes), let number = Self.number(count), number >= 0 else { return false }
        nodes[node].bytes = count
        return addObjects(node, number, depth)
    }

    private mutating func addObjects(_ node: Int, _ count: Int, _ depth: Int) -> Bool {
        guard count <= rest.count else { return false }
        for _ in 0..<count {
            guard let child = object(depth: depth) else { return false }
            nodes[node].children.append(child)
        }
        return true
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A number of one byte, or a signed one of four, least significant byte first.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.count == 1 { return bytes.first.map(Int.init) }
        return Int(Int32(truncatingIfNeeded: bytes.reversed().reduce(0) { $0 << 8 | Int($1) }))
    }

    private func write(_ index: Int, to output: inout [UInt8], _ indices: inout [Int: UInt32]) {
        let node = nodes[index]
        if let number = indices[index] {
            output.append(UInt8(ascii: "r"))
            return withUnsafeBytes(of: number.littleEndian) { output += $0 }
        }
        if node.isReferred { indices[index] = UInt32(indices.count) }
        output.append(node.type | (node.isReferred ? Self.referenceFlag : 0))
        guard node.type == UInt8(ascii: "c") else {
            output += node.bytes
            for child in inOrder(node) { write(child, to: &output, &indices) }
            return
        }
        let (numbers, objects) = (4 * layout.fields[0], layout.fields[1])
        output += node.bytes.prefix(numbers)
        for child in node.children.prefix(objects) { write(child, to: &output, &indices) }
        output += node.bytes.dropFirst(numbers)
        for child in node.children.dropFirst(objects) { write(child, to: &output, &indices) }
    }

    /// The objects in an object; those of a set by the bytes that each would have alone.
    private func inOrder(_ node: Node) -> [Int] {
        guard node.type == UInt8(ascii: ">") || node.type == UInt8(ascii: "<") else { return node.children }
        return node.children.map { child in
            var (bytes, indices): ([UInt8], [Int: UInt32]) = ([], [:])
            write(child, to: &bytes, &indices)
            return (child, bytes)
        }.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
    }
}
