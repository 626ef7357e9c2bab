/// An element of an XML document that was read, with the elements and the text in it.
///
/// Names are local: which prefix a client chooses for a namespace does not matter.
struct XMLElement: Equatable {
    /// An attribute, without declarations of namespaces.
    struct Attribute: Equatable {
        let name: String
        let value: String
    }

    let name: String
    let attributes: [Attribute]
    private(set) var children: [XMLElement] = []
    /// The text that is directly in it.
    private(set) var text = ""

    init(name: String, attributes: [Attribute] = []) {
        self.name = name
        self.attributes = attributes
    }

    mutating func append(_ child: XMLElement) { children.append(child) }

    mutating func append(_ text: String) { self.text += text }

    /// The value of an attribute; `nil` when it is absent.
    ///
    /// - Parameter name: its name; a prefix is ignored.
    func attribute(_ name: String) -> String? {
        let local = name.split(separator: ":").last ?? ""
        return attributes.first { $0.name == local }?.value
    }

    /// The elements directly in it with a name, in order.
    func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}
