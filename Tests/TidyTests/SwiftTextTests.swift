import Testing

/// The tidy test's own reader of Swift: a rule that cannot see is no rule.
@Suite struct SwiftTextTests {
    @Test(arguments: [
        ("let a = 1 // try!", "let a = 1        "),
        ("a /* b /* c */ d */ e", "a                   e"),
        (#"f("x! \(y!) z", 1)"#, "f(            , 1)"),
        (##"f(#"a"b"#)"##, "f(       )"),
        ("func `a b!`() {}", "func       () {}"),
        (#"g("\(h("i)"))")"#, "g(            )"),
    ])
    func `comments, strings and quoted names are no code`(text: String, expected: String) {
        #expect(String(decoding: SwiftText.code(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test func `a function ends where its body ends`() {
        let lines: [Substring] = [
            "protocol P {", "    func none()", "}", "func one(", "    a: () -> Void = {}", ") -> Int {",
            "    if true { 1 } else { 2 }", "}", "init?() { nil }",
        ]
        let functions = SwiftText.functions(lines)
        #expect(functions == [.init(line: 3, lineCount: 5), .init(line: 8, lineCount: 1)])
    }

    @Test func `a C function ends with a brace in the first column`() {
        let lines: [Substring] = [
            "int declared(void);", "static int one(int a,", "    int b)", "{", "    if (a) {", "    }", "}", "",
            "struct s { int a; };",
        ]
        #expect(CText.functions(lines) == [.init(line: 1, lineCount: 6)])
    }

    @Test(arguments: [
        ("internal import Glibc", "Glibc"), ("@testable import Domain", "Domain"), ("import struct Swift.Int", "Swift"),
    ])
    func `imports are read`(line: String, module: String) {
        #expect(Storeys.imported(by: Substring(line)).map(String.init) == module)
    }

    @Test func `targets stand where their folders say, and modules of others nowhere`() {
        let storeys = Storeys(
            SourceTree([
                "Sources/C/CSQLite/shim.h": "", "Sources/Mechanism/SQLite/Row.swift": "",
                "Sources/Models/QueueModel/Queue.swift": "", "Sources/Services/QueueService/QueueService.swift": "",
            ]))
        #expect(storeys.position(of: "CSQLite") == 0)
        #expect(storeys.position(of: "SQLite") == 2)
        #expect(storeys.position(of: "Glibc") == nil)
        #expect(storeys.isService("QueueService") && !storeys.isService("QueueModel"))
        #expect(Set(storeys.apiNames) == ["queue"])
    }

    @Test(arguments: [
        ("extension A.B: Codable {", "A.B"), ("package extension A where T == Int {", "A"),
        ("extension A: @retroactive Equatable {}", "A"), ("let extension = 1", nil), ("    func extend() {", nil),
    ])
    func `extensions are read`(line: String, type: String?) {
        #expect(SwiftText.extendedType(Substring(line)).map(String.init) == type)
    }

    @Test func `a closure ends where its brace closes`() {
        let lines: [Substring] = [
            "func f() {", "    state.withLock { state in", "        { a }()", "    }", "    g()", "}",
        ]
        #expect(SwiftText.closures(after: "withLock", lines) == [1...3])
        #expect(SwiftText.closures(after: "withLock", ["let a = b.withLock { $0 }; c()"]) == [0...0])
        #expect(SwiftText.closures(after: "withLock", ["let a = b.withLock(c)", "d { e }"]).isEmpty)
    }

    @Test func `the manifest's targets are read with their dependencies`() {
        let manifest = PackageManifest(
            """
            storey("Engines", [("A", ["B", "C"]), (\n"D",\n[\n"E",\n"F",\n]\n)])
            .executableTarget(name: "g", dependencies: ["A"], path: "")
            let proof = tests("Engines", [("A", ["H"])]) + [.testTarget(name: "ITests", dependencies: ["J"])]
            """)
        #expect(
            manifest.dependencies == [
                "A": ["B", "C"], "D": ["E", "F"], "g": ["A"], "ATests": ["A", "H"], "ITests": ["J"],
            ])
    }
}
