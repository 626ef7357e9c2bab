import Testing

/// The rules of the house that a machine can see, on this repository. Each failure names the file, the line and what to
/// do. ``TidyRuleTests`` shows that each rule finds what breaks it.
@Suite struct TidyTests {
    private static let tree = SourceTree.ofThisRepository
    private let tree = Self.tree

    private func report(_ violations: [Violation]) {
        for violation in violations { Issue.record("\(violation)") }
    }

    @Test func `the repository's sources are found`() {
        #expect(tree.swift.count > 50)
        #expect(tree.storeys == Set(Storeys.names))
    }

    // The house

    @Test func `targets import only from storeys below their own`() { report(HouseRules.imports(tree)) }
    @Test func `services do not know each other, and only the composition knows them`() {
        report(HouseRules.services(tree))
    }
    @Test func `a service's model is its own`() { report(HouseRules.models(tree)) }
    @Test func `a service's name stays in its target and the composition`() { report(HouseRules.serviceNames(tree)) }
    @Test func `function execution knows no model and no catalogue`() { report(HouseRules.execution(tree)) }
    @Test func `only the composition knows which engine keeps rows`() { report(HouseRules.storage(tree)) }
    @Test func `nothing needs all of Foundation`() { report(HouseRules.foundation(tree)) }
    @Test func `dependencies in the manifest agree with the imports`() { report(HouseRules.manifest(tree)) }

    // Code

    @Test func `files are short`() { report(CodeRules.fileLength(tree)) }
    @Test func `functions are short`() { report(CodeRules.functionLength(tree)) }
    @Test func `lines are short`() { report(CodeRules.lineLength(tree)) }
    @Test func `no type is extended from more than four files`() { report(CodeRules.extensions(tree)) }
    @Test func `no task runs astray`() { report(CodeRules.tasks(tree)) }
    @Test func `nothing is performed under a lock`() { report(CodeRules.locks(tree)) }
    @Test func `lifecycles are pure values`() { report(CodeRules.pureValues(tree)) }
    @Test func `every public and package declaration is documented`() { report(CodeRules.documentation(tree)) }
    @Test func `what can trap or hide an error has its reason on the line`() { report(CodeRules.traps(tree)) }

    @Test func `executables are thin`() {
        let mains = tree.files.filter { $0.path.hasPrefix("Sources/Server/") && $0.name.hasPrefix("main.") }
        #expect(mains.count == 2)
        for file in mains { #expect(file.lines.count < 60, "\(file.path) has \(file.lines.count) lines") }
    }

    // Words

    @Test func `names say what a thing is`() { report(WordRules.emptyNames(tree)) }
    @Test func `names are terms of the field`() { report(WordRules.dialect(tree)) }
    @Test func `comments and messages name the subject`() { report(WordRules.pronouns(tree)) }
    @Test func `no path of a developer's machine is in the repository`() { report(WordRules.machinePaths(tree)) }
}
