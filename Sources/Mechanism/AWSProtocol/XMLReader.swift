internal import CExpat

/// Reads an XML document strictly: well-formed, with every prefix declared, and without a document type declaration.
///
/// So there are no entities but XML's own five, none can be declared, and nothing outside the document is read: a
/// document is never larger in memory than a fixed multiple of its bytes.
enum XMLReader {
    /// The deepest nesting of elements; no request of AWS has more than ten levels.
    static let depthLimit = 100
    /// The most elements and attributes of one document: ten times what the longest request of S3 has.
    static let partLimit = 200_000

    /// Why a document is refused.
    struct Fault: Error, Equatable {
        /// For people, with the line.
        let description: String
    }

    static func read(_ bytes: [UInt8]) throws(Fault) -> XMLElement {
        guard let length = Int32(exactly: bytes.count) else { throw Fault(description: "The document is too long.") }
        guard let parser = XML_ParserCreateNS(nil, separator) else {
            throw Fault(description: "There is no memory for the document.")
        }
        defer { XML_ParserFree(parser) }
        let tree = XMLTree(parser)
        let status = withExtendedLifetime(tree) {
            install(tree, in: parser)
            return bytes.withUnsafeBufferPointer { buffer in
                buffer.withMemoryRebound(to: CChar.self) { XML_Parse(parser, $0.baseAddress, length, 1) }
            }
        }
        if let refusal = tree.refusal { throw fault(refusal, parser) }
        guard status == XML_STATUS_OK, let root = tree.root else {
            throw fault(XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "malformed", parser)
        }
        return root
    }

    /// Between the URI of a namespace and a local name. A URI that contains it is refused by expat.
    fileprivate static let separator = XML_Char(bitPattern: UInt8(ascii: "\n"))

    private static func fault(_ text: String, _ parser: XML_Parser) -> Fault {
        Fault(description: "\(text) (line \(XML_GetCurrentLineNumber(parser)))")
    }

    private static func install(_ tree: XMLTree, in parser: XML_Parser) {
        XML_SetUserData(parser, Unmanaged.passUnretained(tree).toOpaque())
        XML_SetElementHandler(
            parser, { XMLTree.of($0)?.begin($1, $2) }, { data, _ in XMLTree.of(data)?.end() })
        XML_SetCharacterDataHandler(parser) { XMLTree.of($0)?.append($1, $2) }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            XMLTree.of(data)?.refuse("a document type declaration is not allowed")
        }
    }
}

/// The tree that a parser builds, element by element.
private final class XMLTree {
    private(set) var root: XMLElement?
    private(set) var refusal: String?
    private var open: [XMLElement] = []
    private var partsLeft = XMLReader.partLimit
    private let parser: XML_Parser

    init(_ parser: XML_Parser) {
        self.parser = parser
    }

    /// The tree that a handler is called for.
    static func of(_ data: UnsafeMutableRawPointer?) -> XMLTree? {
        data.map { Unmanaged<XMLTree>.fromOpaque($0).takeUnretainedValue() }
    }

    func refuse(_ reason: String) {
        if refusal == nil { refusal = reason }
        XML_StopParser(parser, 0)
    }

    func begin(_ name: UnsafePointer<XML_Char>?, _ pairs: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?) {
        // expat may call once more after it was stopped.
        guard refusal == nil, let name else { return }
        guard open.count < XMLReader.depthLimit else { return refuse("elements are nested too deep") }
        var attributes: [XMLElement.Attribute] = []
        var at = 0
        while let pairs, let name = pairs[at], let value = pairs[at + 1] {
            attributes.append(.init(name: Self.local(name), value: String(cString: value)))
            at += 2
        }
        partsLeft -= 1 + attributes.count
        guard partsLeft >= 0 else { return refuse("the document has too many elements") }
        open.append(XMLElement(name: Self.local(name), attributes: attributes))
    }

    func append(_ text: UnsafePointer<XML_Char>?, _ length: Int32) {
        guard refusal == nil, let text, !open.isEmpty else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(length))
        open[open.count - 1].append(String(decoding: bytes, as: UTF8.self))
    }

    func end() {
        guard refusal == nil, let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { open[open.count - 1].append(element) }
    }

    private static func local(_ name: UnsafePointer<XML_Char>) -> String {
        let name = String(cString: name)
        return name.utf8.lastIndex(of: UInt8(bitPattern: XMLReader.separator)).map {
            String(name[name.utf8.index(after: $0)...])
        } ?? name
    }
}
