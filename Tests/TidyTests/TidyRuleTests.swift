import Testing

/// Each rule of ``TidyTests`` finds what breaks it, and only that: a rule that sees nothing holds nothing.
@Suite struct TidyRuleTests {
    private func messages(_ violations: [Violation]) -> [String] { violations.map(\.description) }

    /// A house with two services, their models and the composition, that keeps all rules.
    private static let services: KeyValuePairs = [
        "Sources/Models/QueueModel/Queue.swift": "", "Sources/Models/TopicModel/Topic.swift": "",
        "Sources/Services/TopicService/TopicService.swift": "import TopicModel\nstruct TopicService {}",
        "Sources/Server/strata/Composition.swift": "import QueueService\nlet all = [QueueService()]",
    ]

    private func house(_ path: String, _ text: String) -> SourceTree {
        SourceTree(Self.services, adding: ["Sources/Services/QueueService/QueueService.swift": "", path: text])
    }

    @Test func `an import of a higher storey, or of a sibling, is found`() {
        let tree = SourceTree([
            "Sources/Mechanism/SQLite/Row.swift": "internal import LinuxSystem\nimport Catalog\nimport HTTP",
            "Sources/Mechanism/HTTP/HTTP.swift": "// import Catalog", "Sources/System/LinuxSystem/A.swift": "",
            "Sources/Mechanism/Store/Engine.swift": "", "Sources/Mechanism/SQLite/Engine.swift": "import Store",
            "Sources/Engines/Catalog/Catalog.swift": "import Store\nimport Glibc",
        ])
        #expect(
            messages(HouseRules.imports(tree)) == [
                "Sources/Mechanism/SQLite/Row.swift:2: SQLite may not import Catalog, which stands no lower",
                "Sources/Mechanism/SQLite/Row.swift:3: SQLite may not import HTTP, which stands no lower",
            ])
    }

    @Test func `an import of a storage engine outside of the composition is found`() {
        let tree = SourceTree([
            "Sources/Engines/Catalog/Catalog.swift": "import Store\nimport SQLite",
            "Sources/Server/strata/ServerStorage.swift": "import SQLite\nimport PostgreSQL",
        ])
        #expect(
            messages(HouseRules.storage(tree)) == [
                "Sources/Engines/Catalog/Catalog.swift:2: Catalog may not import SQLite: "
                    + "only the composition does; import Store"
            ])
    }

    @Test func `an import of one service by another, or by an edge, is found`() {
        let service = house("Sources/Services/QueueService/Send.swift", "import TopicService")
        #expect(
            messages(HouseRules.services(service)) == [
                "Sources/Services/QueueService/Send.swift:1: QueueService may not import TopicService: "
                    + "services meet through ServiceKit's seams"
            ])
        let edge = house("Sources/Edges/Gateway/Gateway.swift", "import TopicService")
        #expect(
            messages(HouseRules.services(edge)) == [
                "Sources/Edges/Gateway/Gateway.swift:1: Gateway may not import TopicService: only the composition does"
            ])
    }

    @Test func `a model that another target imports is found`() {
        let service = house("Sources/Services/QueueService/Send.swift", "import QueueModel\nimport TopicModel")
        #expect(HouseRules.models(service).count == 1)
        let kit = house("Sources/Kit/ServiceKit/Kit.swift", "import TopicModel")
        #expect(HouseRules.models(kit).map(\.line) == [1])
        #expect(HouseRules.models(house("Sources/Services/QueueService/Send.swift", "import QueueModel")).isEmpty)
    }

    @Test func `a service's name in another target is found`() {
        let code = house("Sources/Services/QueueService/Send.swift", "// TopicService\nlet topics: TopicService?")
        #expect(HouseRules.serviceNames(code).map(\.line) == [2])
        let text = "/// As \"topic\".\nlet scope = \"s3\"\nlet other = \"topic\"\nlet arn = \"arn:aws:topic:\""
        #expect(HouseRules.serviceNames(house("Sources/Edges/Gateway/Gateway.swift", text)).map(\.line) == [3])
        #expect(HouseRules.serviceNames(house("Sources/Edges/CommandLine/Topic.swift", text)).isEmpty)
    }

    @Test func `function execution that imports a model or the catalogue is found`() {
        let text = "import Catalog\nimport Scheduler\nimport QueueModel"
        let tree = house("Sources/Execution/FunctionExecution/Pool.swift", text)
        #expect(HouseRules.execution(tree).map(\.line) == [1, 3])
    }

    @Test func `an import of Foundation is found`() {
        let tree = SourceTree(["Sources/System/A/A.swift": "import FoundationEssentials\nimport Foundation"])
        #expect(HouseRules.foundation(tree).map(\.line) == [2])
    }

    @Test func `dependencies without import, and imports without dependency, are found`() {
        let tree = SourceTree([
            "Package.swift": "storey(\"Engines\", [(\"A\", [\"B\", \"C\"])])\nlet proof = tests([(\"A\", [])])",
            "Sources/Engines/A/A.swift": "import B\nimport D\nimport Glibc", "Sources/Nouns/B/B.swift": "",
            "Sources/Nouns/C/C.swift": "", "Sources/Nouns/D/D.swift": "",
            "Tests/Engines/ATests/ATests.swift": "@testable import A\nimport B",
        ])
        #expect(
            messages(HouseRules.manifest(tree)) == [
                "Sources/Engines/A/A.swift:2: Package.swift does not say that A uses D",
                "Tests/Engines/ATests/ATests.swift:2: Package.swift does not say that ATests uses B",
                "Package.swift: A does not import C; remove the dependency",
            ])
    }

    @Test func `long files, functions and lines are found`() {
        let long = String(repeating: "let a = 1\n", count: 301)
        let function = "func f() {\n" + String(repeating: "    a()\n", count: 69) + "}\n"
        let tree = SourceTree([
            "Sources/A/A/A.swift": long, "Sources/A/A/B.swift": "// Length: a table\n" + long,
            "Sources/A/A/C.swift": function + "// " + String(repeating: "é", count: 118),
            "Sources/A/A/D.swift": String(function.dropFirst(0)).replacing(
                "f() {\n", with: "f() {\n    b()\n", maxReplacements: 1),
            "Sources/A/A/Generated/E.swift": long,
        ])
        #expect(CodeRules.fileLength(tree).map(\.path) == ["Sources/A/A/A.swift"])
        #expect(CodeRules.functionLength(tree).map(\.path) == ["Sources/A/A/C.swift", "Sources/A/A/D.swift"])
        #expect(CodeRules.lineLength(tree).map(\.line) == [72])
    }

    @Test func `a type that a target extends in five files is found`() {
        func tree(_ target: String) -> SourceTree {
            SourceTree([
                "Sources/A/B/Type.swift": "struct Type {}\nextension Type: Equatable {}",
                "Sources/A/B/1.swift": "extension Type {}", "Sources/A/B/2.swift": "extension Type {}",
                "Sources/A/B/3.swift": "extension Type {}\nextension Type.Inner {}",
                "Sources/A/B/4.swift": "extension Type {}\n// extension Other {}",
                "Sources/A/\(target)/5.swift": "extension Type {}",
            ])
        }
        #expect(
            messages(CodeRules.extensions(tree("B"))) == [
                "Sources/A/B/5.swift: B extends Type in 5 files, 4 at most; split by noun"
            ])
        #expect(CodeRules.extensions(tree("C")).isEmpty)
    }

    @Test func `a stray task is found`() {
        #expect(CodeRules.tasks(SourceTree(["Sources/A/A/A.swift": "Task { await a() }"])).map(\.line) == [1])
    }

    @Test func `an action that is performed under a lock is found`() {
        let text =
            "perform(state.withLock { $0.end() })\nstate.withLock {\n    perform($0.end())\n}"
        #expect(CodeRules.locks(SourceTree(["Sources/A/A/A.swift": text])).map(\.line) == [3])
    }

    @Test func `a lifecycle that waits, reads a clock or does I/O is found`() {
        let text = "import Domain\nimport Glibc\nlet now = WallClock.nowMilliseconds()\nlet a = await b"
        let tree = SourceTree([
            "Sources/A/A/RequestMachine.swift": text, "Sources/A/A/RequestMachine+Timers.swift": text,
            "Sources/Engines/Scheduler/Line.swift": text, "Sources/A/A/Request.swift": text,
        ])
        #expect(CodeRules.pureValues(tree).map(\.line) == [2, 3, 4, 2, 3, 4, 2, 3, 4])
    }

    @Test func `a declaration without documentation, and a trap without reason, are found`() {
        let text = "/// A.\npackage let a = 1\npublic func b() {}\nlet c = try! d()\nlet e = try? f()  // why\n"
        let tree = SourceTree(["Sources/A/A/A.swift": text])
        #expect(CodeRules.documentation(tree).map(\.line) == [3])
        #expect(CodeRules.traps(tree).map(\.line) == [4])
    }

    @Test func `names that say nothing are found`() {
        let tree = SourceTree([
            "Sources/A/A/StringUtils.swift": "", "Sources/A/A/A+Helpers.swift": "struct QueueManager {}",
            "Sources/A/A/Managers.swift": "// struct AHelper {}",
        ])
        #expect(
            messages(WordRules.emptyNames(tree)) == [
                "Sources/A/A/StringUtils.swift: 'StringUtils' says nothing",
                "Sources/A/A/A+Helpers.swift: 'A+Helpers' says nothing",
                "Sources/A/A/A+Helpers.swift: 'QueueManager' says nothing",
            ])
    }

    @Test func `names of a private dialect are found`() {
        let text = "let a = Aftermath()\n// settle\nlet settled = 1\na.goOn()"
        #expect(WordRules.dialect(SourceTree(["Sources/A/A/A.swift": text])).map(\.line) == [1, 4])
    }

    @Test func `comments that hide the subject are found, and allowances only shrink`() {
        let text = "// Whoever calls.\n// As `nobody`, or \"nobody\": NO_NOBODY.\n// nobody"
        let tree = SourceTree(["Sources/A/A/A.c": text])
        #expect(WordRules.pronouns(tree).map(\.line) == [1, 3])
        #expect(WordRules.pronouns(tree, allowances: ["A": 1]).map(\.line) == [1, 3])
        #expect(WordRules.pronouns(tree, allowances: ["A": 2]).isEmpty)
        #expect(
            messages(WordRules.pronouns(tree, allowances: ["A": 3])) == [
                "Sources/A/A/A.c: lower the allowance of A to 2"
            ])
    }

    @Test func `a path of a developer's machine is found`() {
        let tree = SourceTree(["docs/a.md": "cd /wo" + "rk/main"])
        #expect(WordRules.machinePaths(tree).map(\.line) == [1])
    }
}
