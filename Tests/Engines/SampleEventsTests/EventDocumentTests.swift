import AWSProtocol
import SeededRandom
import Testing

@testable import SampleEvents

@Suite struct EventDocumentTests {
    private static let text = #"""
        {"n":1,"s":"x","none":null,"list":[{"a":true},"y"],"headers":{"host":"h"},"empty":{},"free":{"s":"x"}}
        """#

    private func document() throws -> EventDocument {
        let rules = EventRules(freePaths: [EventPath([.member("free")])], textMaps: ["headers"])
        return EventDocument(try JSONTree(Array(Self.text.utf8)), rules: rules)
    }

    private func tree(_ text: String) throws -> JSONTree { try JSONTree(Array(text.utf8)) }

    @Test(arguments: [
        ("n", "2.50", "2.50"), ("n", "two", #""two""#), ("n", "[1, 2]", "[1,2]"), ("n", "", #""""#),
        // A string stays one.
        ("s", "hi", #""hi""#), ("s", "5", #""5""#), ("s", "true", #""true""#), ("s", #"{"a": 1}"#, #""{\"a\": 1}""#),
        ("s", #""quoted""#, #""quoted""#), ("s", "null", "null"), ("s", #""null""#, #""null""#),
        ("list[1]", "7", #""7""#),
        // Null stands for a string, or for an object.
        ("none", "123456789012", #""123456789012""#), ("none", #"{"a":1}"#, #"{"a":1}"#),
        // What is added.
        ("list[0].b", "7", "7"), ("list[0].b", #"{"c":[]}"#, #"{"c":[]}"#), ("empty.a", "x y", #""x y""#),
        ("headers.limit", "7", #""7""#), ("headers.x", #"{"a":1}"#, #""{\"a\":1}""#),
        // What the user of the service defines.
        ("free.s", "7", "7"), ("free", "7", "7"),
    ])
    func `a value is JSON where it is JSON, and a string where the service has one`(
        path: String, text: String, value: String
    ) throws {
        var document = try document()
        let path = try EventPath(path)
        try document.set(path, to: text)
        #expect(document[path] == (try tree(value)))
    }

    @Test func `a path that is not there is an error that names what is`() throws {
        var document = try document()
        let before = document
        let cases: [(String, EventPathError)] = [
            (
                "nn.a",
                .noMember(
                    name: "nn", parent: EventPath([]),
                    names: ["n", "s", "none", "list", "headers", "empty", "free"])
            ),
            ("list[0].b.c", .noMember(name: "b", parent: try EventPath("list[0]"), names: ["a"])),
            ("list[2]", .noElement(index: 2, parent: try EventPath("list"), count: 2)),
            ("s.a", .noContainer(step: .member("a"), parent: try EventPath("s"), kind: "a string")),
            ("none.a", .noContainer(step: .member("a"), parent: try EventPath("none"), kind: "null")),
            ("headers[0]", .noContainer(step: .element(0), parent: try EventPath("headers"), kind: "an object")),
            ("list.a", .noContainer(step: .member("a"), parent: try EventPath("list"), kind: "a list")),
        ]
        for (text, error) in cases {
            let path = try EventPath(text)
            #expect(throws: error) { try document.set(path, to: "1") }
            #expect(document[path] == nil)
        }
        #expect(document == before)
    }

    @Test func `what is set is there, and nothing else changes`() throws {
        for seed in UInt64(0)..<3_000 {
            var generator = SeededGenerator(seed: seed)
            let tree = RandomTree.tree(&generator)
            // The whole event is free: a value is what its text says.
            var document = EventDocument(tree, rules: EventRules(freePaths: [EventPath([])]))
            let paths = RandomTree.paths(in: tree)
            guard let path = paths.randomElement(using: &generator) else { continue }
            let value = RandomTree.tree(&generator)
            try document.set(path, to: String(decoding: value.bytes, as: UTF8.self))
            #expect(document[path] == value, "seed \(seed)")
            for other in paths {
                let isAbove = path.steps.starts(with: other.steps)
                let isBelow = other.steps.starts(with: path.steps)
                guard !isAbove, !isBelow else { continue }
                #expect(document[other] == EventDocument(tree)[other], "seed \(seed): \(other)")
            }
            // Setting the old value again gives the old event, in its order.
            let old = try #require(EventDocument(tree)[path])
            try document.set(path, to: String(decoding: old.bytes, as: UTF8.self))
            #expect(document.tree == tree, "seed \(seed)")
        }
    }

    @Test func `an assignment ends its path at the first equals sign outside of quotes`() throws {
        for (text, path, value) in [
            ("a=1", "a", "1"), ("a[0].b=x=y", "a[0].b", "x=y"), (#"a["b=c"]="#, #"a["b=c"]"#, ""),
        ] {
            let assignment = try EventAssignment(text)
            #expect(assignment.path == (try EventPath(path)))
            #expect(assignment.text == value)
        }
        for text in ["", "a", "=1", "a[0", "a.=1", "a]=1"] {
            #expect(throws: EventPathError.self) { try EventAssignment(text) }
        }
    }
}
