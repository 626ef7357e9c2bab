/// A small strict reader of the XML that answers are made of: elements, texts and the escapes that are used.
struct XMLTree: Equatable {
    var name = ""
    var text = ""
    var children: [XMLTree] = []

    struct Malformed: Error {}

    /// Reads a document of one element.
    init(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed() }
        var rest = text.unicodeScalars[...]
        self = try Self.element(&rest)
        guard rest.isEmpty else { throw Malformed() }
    }

    private init(name: String) {
        self.name = name
    }

    /// The first child of a name.
    subscript(name: String) -> XMLTree? { children.first { $0.name == name } }

    private static func element(_ rest: inout Substring.UnicodeScalarView) throws -> XMLTree {
        guard rest.popFirst() == "<", let end = rest.firstIndex(of: ">") else { throw Malformed() }
        let tag = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        var tree = XMLTree(name: String(tag.prefix { $0 != " " }))
        while !rest.starts(with: "</".unicodeScalars) {
            if rest.first == "<" { tree.children.append(try element(&rest)) } else { tree.text += try character(&rest) }
        }
        guard rest.starts(with: "</\(tree.name)>".unicodeScalars) else { throw Malformed() }
        rest = rest.dropFirst(tree.name.unicodeScalars.count + 3)
        guard tree.children.isEmpty || tree.text.isEmpty else { throw Malformed() }
        return tree
    }

    private static func character(_ rest: inout Substring.UnicodeScalarView) throws -> String {
        guard let scalar = rest.popFirst() else { throw Malformed() }
        guard scalar == "&" else {
            guard scalar.value >= 0x20 || scalar == "\t" || scalar == "\n", scalar != ">" else { throw Malformed() }
            return String(scalar)
        }
        let entities = ["amp;": "&", "lt;": "<", "gt;": ">", "quot;": "\"", "#xD;": "\r"]
        guard let entity = entities.first(where: { rest.starts(with: $0.key.unicodeScalars) }) else {
            throw Malformed()
        }
        rest = rest.dropFirst(entity.key.count)
        return entity.value
    }
}
