import SeededRandom
import Testing

@testable import SampleEvents

@Suite struct EventPathTests {
    @Test(
        arguments: [
            ("body", [.member("body")]),
            ("Records[0].body", [.member("Records"), .element(0), .member("body")]),
            ("[1]", [.element(1)]),
            ("a[0][12].b", [.member("a"), .element(0), .element(12), .member("b")]),
            ("detail-type", [.member("detail-type")]),
            (#"headers["x.y"]"#, [.member("headers"), .member("x.y")]),
            (#"["a=b"].c"#, [.member("a=b"), .member("c")]),
            (#"a["q\"]\u0041"][0]"#, [.member("a"), .member("q\"]A"), .element(0)]),
        ] as [(String, [EventPath.Step])])
    func `a path is names, indexes and names in quotes`(text: String, steps: [EventPath.Step]) throws {
        #expect(try EventPath(text).steps == steps)
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a..b", "a[", "a[]", "a[-1]", "a[+1]", "a[x]", "a[0", "a[0]b", "a]", "a=b", "a\"b",
        #"a["b]"#,
        #"a["b"x]"#, #"a["\x"]"#, "a[99999999999999999999]",
    ])
    func `any other text is refused`(text: String) {
        #expect(throws: EventPathError.self) { try EventPath(text) }
    }

    @Test func `any path is read as it was written`() throws {
        for seed in UInt64(0)..<2_000 {
            var generator = SeededGenerator(seed: seed)
            let path = EventPath(
                (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                    Bool.random(using: &generator)
                        ? .element(.random(in: 0..<1000, using: &generator))
                        : .member(RandomTree.name(&generator))
                })
            let text = path.description
            #expect(try EventPath(text) == path, "seed \(seed): \(text)")
        }
    }
}
