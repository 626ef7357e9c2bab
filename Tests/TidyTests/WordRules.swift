/// The rules about words: names that say something, in the field's terms.
enum WordRules {
    /// A type's or file's name says what the thing is.
    static func emptyNames(_ tree: SourceTree) -> [Violation] {
        let endings = ["Utils", "Utilities", "Helpers", "Helper", "Extensions", "Manager"]
        let words = ["Types", "Common"]
        return tree.swift.flatMap { file in
            let fileName = file.name.split(separator: ".").first.map { [$0] } ?? []
            return (fileName + file.code.flatMap(SwiftText.declaredTypes)).compactMap { name in
                let aspect = name.split(separator: "+").last ?? ""
                let isEmpty = endings.contains { aspect.hasSuffix($0) } || words.contains(String(aspect))
                return isEmpty ? Violation(file, nil, "'\(name)' says nothing") : nil
            }
        }
    }

    /// Names that only this project's authors understood, and the field's terms for them.
    private static let dialect: [Substring: String] = [
        "Aftermath": "a list of actions", "settle": "perform", "goOn": "completePhaseIfReady",
        "hasten": "makeDue", "inHand": "inFlight", "Front": "OriginRouter", "highOrigins": "secondaryOrigins",
        "wasTurnedAway": "wasThrottled",
    ]

    /// No name is of the project's own dialect.
    static func dialect(_ tree: SourceTree) -> [Violation] {
        tree.product.flatMap { file in
            file.inCode { line in
                SwiftText.words(line).lazy.compactMap { word in
                    dialect[word].map { "'\(word)' is no term of the field; such as '\($0)'" }
                }.first
            }
        }
    }

    /// Pronouns that hide who acts. Subject first: "the caller", "a client", "any other key".
    private static let pronouns: Set<String> = ["whoever", "nobody", "somebody", "whatever"]

    /// Comments and messages name the subject. A word in backticks or quotation marks, or within an identifier or an
    /// entry of a table, is a name: the user `nobody`, `CURLOPT_NOBODY`, `nobody:x:65534`.
    ///
    /// - Parameter allowances: How many lines of each target may still break the rule. A number that is too high breaks
    ///   it, too: allowances only shrink.
    static func pronouns(_ tree: SourceTree, allowances: [Substring: Int] = [:]) -> [Violation] {
        let files = tree.files.filter { $0.path.hasPrefix("Sources/") && !$0.isGenerated }
        let found = files.flatMap { file in
            file.inText { line in
                let lowered = line.lowercased()
                guard pronouns.contains(where: { lowered.contains($0) }) else { return nil }
                let words = lowered.split { !$0.isLetter && !"`\"_:".contains($0) }
                return words.first { pronouns.contains(String($0)) }.map { "'\($0)' hides the subject; name it" }
            }.map { (file: file, violation: $0) }
        }
        let targets = Dictionary(grouping: found) { $0.file.target }
        let excessive = targets.filter { $0.value.count > allowances[$0.key] ?? 0 }.values.joined().map(\.violation)
        let loose = allowances.filter { targets[$0.key]?.count ?? 0 < $0.value }.sorted { $0.key < $1.key }
        return excessive.sorted { $0.path < $1.path }
            + loose.compactMap { target, _ in
                files.first { $0.target == target }.map {
                    Violation($0, nil, "lower the allowance of \(target) to \(targets[target]?.count ?? 0)")
                }
            }
    }

    /// No path of a developer's machine is in the repository.
    static func machinePaths(_ tree: SourceTree) -> [Violation] {
        // Put together here, so that this file does not find itself.
        let banned = ["/wo" + "rk/", "/tm" + "p/wt", "/root/.py" + "env", "/home/" + "runner"]
        return tree.files.flatMap { file in
            file.inText { line in
                banned.first { line.contains($0) }.map { "'\($0)' is a path of a developer's machine" }
            }
        }
    }
}
