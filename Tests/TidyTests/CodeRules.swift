/// The rules about code: length, documentation, state, locks and lifecycles.
enum CodeRules {
    /// A file has at most 300 lines, and 500 where it says why.
    static func fileLength(_ tree: SourceTree) -> [Violation] {
        written(tree).compactMap { file in
            let isExplained = file.lines.prefix(30).contains { $0.contains("Length: ") }
            if file.lines.count > 501 { return Violation(file, nil, "has \(file.lines.count) lines; split it") }
            guard file.lines.count > 301, !isExplained else { return nil }
            return Violation(
                file, nil, "has \(file.lines.count) lines; split it, or say why in a comment that starts 'Length: '")
        }
    }

    /// A function has at most 70 lines.
    static func functionLength(_ tree: SourceTree) -> [Violation] {
        written(tree).flatMap { file in
            let functions = file.path.hasSuffix(".c") ? CText.functions(file.lines) : SwiftText.functions(file.code)
            return functions.filter { $0.lineCount > 70 }.map {
                Violation(file, $0.line + 1, "a function of \($0.lineCount) lines; 70 at most")
            }
        }
    }

    /// A line has at most 120 letters.
    static func lineLength(_ tree: SourceTree) -> [Violation] {
        written(tree).flatMap { file in
            file.inText { line in
                guard line.utf8.count > 120, line.unicodeScalars.count > 120 else { return nil }
                return "a line of \(line.unicodeScalars.count) letters; 120 at most"
            }
        }
    }

    /// A target extends a type in at most four files, the one that declares it aside.
    ///
    /// Each extending target is counted by itself: a service's error table is an extension of a type of the kit, and
    /// one more service does not make the kit's type worse. Within a target, more files show that a noun is missing.
    static func extensions(_ tree: SourceTree) -> [Violation] {
        struct Key: Hashable {
            let target: Substring
            let type: Substring
        }
        var files: [Key: [SourceTree.File]] = [:]
        for file in tree.product {
            let declared = Set(file.code.flatMap(SwiftText.declaredTypes))
            for type in Set(file.code.compactMap(SwiftText.extendedType)) {
                let name = type.split(separator: ".").last ?? type
                if !declared.contains(name) { files[Key(target: file.target, type: type), default: []].append(file) }
            }
        }
        let excessive = files.filter { $0.value.count > 4 }
        return excessive.sorted { ($0.key.target, $0.key.type) < ($1.key.target, $1.key.type) }.map { key, files in
            Violation(
                files[4], nil, "\(key.target) extends \(key.type) in \(files.count) files, 4 at most; split by noun")
        }
    }

    /// Every task belongs to a group that waits for it.
    static func tasks(_ tree: SourceTree) -> [Violation] {
        tree.product.flatMap { file in
            file.inCode { line in
                line.contains("Task {") || line.contains("Task.detached")
                    ? "give the task to a group that waits for it" : nil
            }
        }
    }

    /// What a state machine decides is performed after its lock is released.
    static func locks(_ tree: SourceTree) -> [Violation] {
        tree.product.flatMap { file in
            SwiftText.closures(after: "withLock", file.code).filter { SwiftText.words($0.text).contains("perform") }
                .map { Violation(file, $0.line + 1, "release the lock before you perform what it decided") }
        }
    }

    /// A lifecycle is a pure value: `…Machine` types, and the scheduler, wait for nothing, read no clock and do no I/O.
    static func pureValues(_ tree: SourceTree) -> [Violation] {
        let impure: Set<Substring> = [
            "async", "await", "Task", "Mutex", "WallClock", "MonotonicClock", "ContinuousClock", "SystemClock",
        ]
        let modules: Set<Substring> = ["Glibc", "LinuxSystem", "Synchronization", "Dispatch", "HTTP", "Store"]
        let files = tree.product.filter { file in
            file.target == "Scheduler" || (file.name.split { $0 == "." || $0 == "+" }.first ?? "").hasSuffix("Machine")
        }
        return files.flatMap { file in
            file.inCode { line in
                if let module = Storeys.imported(by: line), modules.contains(module) {
                    return "a pure value may not import \(module)"
                }
                return SwiftText.words(line).first { impure.contains($0) }.map { "a pure value may not use \($0)" }
            }
        }
    }

    /// What other targets see is documented.
    static func documentation(_ tree: SourceTree) -> [Violation] {
        tree.product.filter { $0.path != "Package.swift" }.flatMap { file in
            file.code.indices.compactMap { index -> Violation? in
                let line = file.code[index]
                guard declaresForOthers(line), !isDocumented(index, in: file) else { return nil }
                return Violation(file, index + 1, "document '\(line.drop { $0 == " " }.prefix(60))'")
            }
        }
    }

    /// What can trap, or hide an error, has its reason beside it.
    static func traps(_ tree: SourceTree) -> [Violation] {
        tree.product.flatMap { file in
            file.code.indices.compactMap { index -> Violation? in
                guard canTrap(file.code[index]), !isExplained(index, in: file) else { return nil }
                return Violation(file, index + 1, "try!, try? or ! needs a reason beside it")
            }
        }
    }

    private static func written(_ tree: SourceTree) -> [SourceTree.File] {
        tree.files.filter { file in
            !file.isGenerated && [".swift", ".c", ".h", ".py"].contains { file.path.hasSuffix($0) }
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
