import Testing

/// The rules of the house that a machine can see. Each failure names the file, the line and what to do.
@Suite struct TidyTests {
    private let tree = SourceTree.ofThisRepository

    @Test func `the repository's sources are found`() {
        #expect(tree.swift.count > 50)
        #expect(Set(tree.storeys).isSubset(of: Storeys.names))
    }

    @Test func `files are short`() {
        report(tree.files.filter { isSource($0) && !$0.isGenerated }) { file in
            let isExplained = file.lines.prefix(30).contains { $0.contains("Length: ") }
            if file.lines.count > 501 { return ["has \(file.lines.count) lines; split it"] }
            if file.lines.count > 301, !isExplained {
                return ["has \(file.lines.count) lines; split it, or say why in a comment that starts 'Length: '"]
            }
            return []
        }
    }

    @Test func `functions are short`() {
        report(tree.files.filter { isSource($0) && !$0.isGenerated }) { file in
            let functions = file.path.hasSuffix(".c") ? CText.functions(file.lines) : SwiftText.functions(file.code)
            return functions.filter { $0.lineCount > 70 }.map {
                "\($0.line + 1): a function of \($0.lineCount) lines; 70 at most"
            }
        }
    }

    @Test func `lines are short`() {
        report(tree.files.filter { isSource($0) && !$0.isGenerated }) { file in
            file.lines.enumerated().filter { $1.utf8.count > 120 && $1.unicodeScalars.count > 120 }.map {
                "\($0.offset + 1): a line of \($0.element.unicodeScalars.count) letters; 120 at most"
            }
        }
    }

    @Test func `executables are thin`() {
        let mains = tree.files.filter { $0.path.hasPrefix("Sources/Server/") && $0.name.hasPrefix("main.") }
        #expect(mains.count == 2)
        for file in mains { #expect(file.lines.count < 60, "\(file.path) has \(file.lines.count) lines") }
    }

    @Test func `names say what a thing is`() {
        let endings = ["Utils", "Utilities", "Helpers", "Helper", "Extensions", "Manager"]
        let words = ["Types", "Common"]
        report(tree.swift) { file in
            let fileName = file.name.split(separator: ".").first.map { [$0] } ?? []
            let kinds: Set<Substring> = ["struct", "enum", "class", "actor", "protocol"]
            let typeNames = file.code.flatMap { line -> [Substring] in
                let parts = line.split { !$0.isLetter && !$0.isNumber }
                return zip(parts, parts.dropFirst()).filter { kinds.contains($0.0) }.map(\.1)
            }
            return (fileName + typeNames).compactMap { name in
                let aspect = name.split(separator: "+").last ?? ""
                let isEmpty = endings.contains { aspect.hasSuffix($0) } || words.contains(String(aspect))
                return isEmpty ? "'\(name)' says nothing" : nil
            }
        }
    }

    @Test func `targets import only from storeys below their own`() {
        let storeys = Storeys(paths: tree.files.map(\.path))
        report(tree.product.filter { $0.path.hasPrefix("Sources/") }) { file in
            guard let own = storeys.position(of: file.target) else { return [] }
            return numbered(file.code).compactMap { number, line in
                guard let module = Storeys.imported(by: line) else { return nil }
                if module.hasPrefix("Foundation"), module != "FoundationEssentials" {
                    return "\(number): \(module) does not link statically; do without"
                }
                guard let other = storeys.position(of: module), other >= own else { return nil }
                return "\(number): \(file.target) may not import \(module), which stands no lower"
            }
        }
    }

    @Test func `no task runs astray`() {
        report(tree.product) { file in
            numbered(file.code).filter { $1.contains("Task {") || $1.contains("Task.detached") }.map {
                "\($0.number): give the task to a group that waits for it"
            }
        }
    }

    @Test func `every public and package declaration is documented`() {
        report(tree.product.filter { $0.path != "Package.swift" }) { file in
            numbered(file.code).filter { Self.declaresForOthers($1) && !Self.isDocumented($0 - 1, in: file) }.map {
                "\($0.number): document '\($0.line.drop { $0 == " " }.prefix(60))'"
            }
        }
    }

    @Test func `what can trap or hide an error has its reason on the line`() {
        report(tree.product) { file in
            numbered(file.code).filter { Self.canTrap($1) && !Self.isExplained($0 - 1, in: file) }.map {
                "\($0.number): try!, try? or ! needs a reason beside it"
            }
        }
    }

    @Test func `no path of anybody's machine is in the repository`() {
        // Put together here, so that this file does not find itself.
        let banned = ["/wo" + "rk/", "/tm" + "p/wt", "/root/.py" + "env", "/home/" + "runner"]
        report(tree.files) { file in
            numbered(file.lines).compactMap { number, line in
                banned.first { line.contains($0) }.map { "\(number): '\($0)' is a path of some machine" }
            }
        }
    }

    // What the rules are made of

    private func isSource(_ file: SourceTree.File) -> Bool {
        [".swift", ".c", ".h", ".py"].contains { file.path.hasSuffix($0) }
    }

    private func numbered(_ lines: [Substring]) -> [(number: Int, line: Substring)] {
        lines.enumerated().map { ($0.offset + 1, $0.element) }
    }

    private func report(_ files: [SourceTree.File], _ rule: (SourceTree.File) -> [String]) {
        for file in files {
            for violation in rule(file) { Issue.record("\(file.path): \(violation)") }
        }
    }

    private static func declaresForOthers(_ line: Substring) -> Bool {
        let words = line.split(separator: " ").drop { $0.hasPrefix("@") }
        guard let access = words.first, ["public", "package", "open"].contains(access) else { return false }
        guard let next = words.dropFirst().first, next.first?.isLetter ?? false else { return false }
        return !["import", "extension", "override"].contains(next)
    }

    /// Whether a doc comment ends right above a line, attributes aside.
    private static func isDocumented(_ index: Int, in file: SourceTree.File) -> Bool {
        let above = file.lines[..<index].reversed().map { $0.drop { $0 == " " } }.first { !$0.hasPrefix("@") }
        return above.map { $0.hasPrefix("///") || $0.hasSuffix("*/") } ?? false
    }

    /// Whether a comment stands on a line, or right above it and others like it.
    private static func isExplained(_ index: Int, in file: SourceTree.File) -> Bool {
        if file.lines[index].contains("//") { return true }
        let above = file.lines[..<index].indices.reversed().first { !canTrap(file.code[$0]) }
        return above.map { file.lines[$0].drop { $0 == " " }.hasPrefix("//") } ?? false
    }

    private static func canTrap(_ line: Substring) -> Bool {
        if line.contains("try!") || line.contains("try?") { return true }
        let bytes = Array(line.utf8)
        return bytes.indices.dropFirst().contains { index in
            guard bytes[index] == UInt8(ascii: "!") else { return false }
            let before = Character(UnicodeScalar(bytes[index - 1]))
            let isPostfix = before.isLetter || before.isNumber || ")]_".contains(before)
            return isPostfix && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "="))
        }
    }
}
