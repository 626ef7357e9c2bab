import SeededRandom
import Testing

@testable import AWSProtocol

struct XMLReaderTests {
    private func read(_ text: String) throws -> XMLElement { try XMLReader.read(Array(text.utf8)) }

    @Test func `elements, attributes and texts are read, with any prefixes`() throws {
        let root = try read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <s:Tagging xmlns:s="urn:s" xmlns:xsi="urn:xsi"><!-- no -->\
            <s:Tag xsi:type="User">a&amp;b<![CDATA[<c>]]>&#xE9;\
            </s:Tag><Tag/></s:Tagging>
            """)
        #expect(root.name == "Tagging" && root.children.map(\.name) == ["Tag", "Tag"])
        #expect(root.children[0].text == "a&b<c>é" && root.children[0].attribute("xsi:type") == "User")
        #expect(root.children[1] == XMLElement(name: "Tag"))
    }

    @Test func `an encoding that the document declares is respected`() throws {
        let declaration = Array("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>".utf8)
        #expect(try XMLReader.read(declaration + [0xE9] + Array("</a>".utf8)).text == "é")
    }

    @Test(arguments: [
        "", " ", "<a>", "<a></b>", "<a/><b/>", "text", "<a b='1' b='2'/>", "<a>&nbsp;</a>", "<a>\u{1}</a>", "<x:a/>",
        "<a b=c/>", "<a>]]></a>", "<a><![CDATA[</a>", "<a>&#0;</a>", "<?xml version='1.0' encoding='no-such'?><a/>",
    ])
    func `what is not well-formed is refused`(text: String) {
        #expect(throws: XMLReader.Fault.self) { try read(text) }
    }

    @Test(arguments: [
        "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;'>]><a>&d;</a>",
    ])
    func `a document type is refused, and with it every entity`(text: String) {
        #expect { try read(text) } throws: {
            ($0 as? XMLReader.Fault)?.description.contains("type declaration") ?? false
        }
    }

    @Test func `depth and number of elements have limits`() {
        let deep = String(repeating: "<a>", count: 1_000_000)
        #expect { try read(deep) } throws: { ($0 as? XMLReader.Fault)?.description.contains("too deep") ?? false }
        let wide = "<a>" + String(repeating: "<b/>", count: XMLReader.partLimit) + "</a>"
        #expect { try read(wide) } throws: { ($0 as? XMLReader.Fault)?.description.contains("too many") ?? false }
        #expect(throws: Never.self) { try read("<a>" + String(repeating: "x", count: 4_000_000) + "</a>") }
    }

    @Test func `no bytes can do worse than an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let document = Array(
            "<?xml version='1.0'?><D xmlns='urn:d'><O><K a=\"1\">a&lt;b</K></O><O><K>&#233;</K><![CDATA[x]]></O></D>"
                .utf8)
        let text = Schema("Text", .string)
        let object = Schema("O", .structure([Schema.Member("K", text), Schema.Member("N", Schema("N", .integer))]))
        let schema = Schema("D", .structure([Schema.Member("O", Schema("Os", .list({ object }), isFlattened: true))]))
        for _ in 0..<20_000 {
            do {
                let value = try XMLDecoder.decode(random.mutated(document), as: schema, roots: [])
                var writer = XMLWriter()
                writer.root("D", value, schema, namespace: nil)
                #expect(try XMLDecoder.decode(writer.bytes, as: schema, roots: ["D"]) == value, "seed \(seed)")
            } catch {
                #expect((error as AWSError).name == "MalformedXML", "seed \(seed)")
            }
        }
    }
}
