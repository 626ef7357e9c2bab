internal import Domain

/// L501 to L506: secrets, and files that functions do not use.
enum UnwantedContentRules {
    static func findings(in layer: LayerContents, for target: LayerTarget) -> [LayerFinding] {
        var paths: [LayerRule: [String]] = [:]
        for file in layer.files {
            if let (rule, path) = unwanted(file, target) { paths[rule, default: []].append(path) }
        }
        return paths.keys.sorted { $0.rawValue < $1.rawValue }.flatMap { rule in
            LayerFinding.about(rule, in: layer, (paths[rule] ?? []).withoutRepetition) { "\($0): \(advice(rule))" }
        }
    }

    private static func advice(_ rule: LayerRule) -> String {
        switch rule {
        case .secretFile: "usually has secrets, and all who may use the layer can read it"
        case .privateKey: "a private key, and all who may use the layer can read it"
        case .versionControl: "the history of files does not belong into a layer"
        case .foreignBytecode: "bytecode of another Python, which functions do not use"
        case .workingFolder: "for development only"
        default: "data of more than 10 MB: S3 has more room than the 250 MB of a function"
        }
    }

    /// The rule that a file breaks, and the path to name: a folder's where all that is in it is unwanted.
    private static func unwanted(_ file: LayerFile, _ target: LayerTarget) -> (LayerRule, String)? {
        for (index, name) in file.names.enumerated() {
            let isFolder = index < file.names.count - 1 || file.isDirectory
            let rule = isFolder ? ruleOfFolder(name, in: file.names[..<index]) : nil
            if let rule { return (rule, file.names[...index].joined(separator: "/")) }
        }
        guard file.kind == .file else { return nil }
        return rule(of: file, target).map { ($0, file.path) }
    }

    private static func ruleOfFolder(_ name: Substring, in folder: ArraySlice<Substring>) -> LayerRule? {
        switch name {
        case ".git", ".hg", ".svn": .versionControl
        case ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".ipynb_checkpoints", "__MACOSX",
            ".idea", ".vscode":
            .workingFolder
        case ".cache": folder.last == "node_modules" ? .workingFolder : nil
        default: nil
        }
    }

    private static func rule(of file: LayerFile, _ target: LayerTarget) -> LayerRule? {
        if case .privateKey = file.content, !isOfTests(file) { return .privateKey }
        if isSecret(file), !isOfTests(file) { return .secretFile }
        if file.name == ".DS_Store" || file.name == "pyvenv.cfg" { return .workingFolder }
        if let minor = target.pythonMinor, file.name.hasSuffix(".pyc"), let tag = file.pythonTag, tag != "3\(minor)" {
            return .foreignBytecode
        }
        return file.size > largestData && dataEndings.contains { file.name.hasSuffix($0) } ? .dataset : nil
    }

    private static let largestData = 10 << 20
    private static let dataEndings = [".csv", ".tsv", ".parquet", ".feather", ".jsonl", ".ndjson", ".avro", ".orc"]

    private static let secretNames: Set<Substring> = [
        ".env", ".netrc", ".pypirc", ".pgpass", ".git-credentials", ".dockercfg",
    ]
    /// What follows `.env.` in templates, which have no secrets.
    private static let templates: Set<Substring> = ["example", "sample", "template", "dist", "defaults"]

    private static func isSecret(_ file: LayerFile) -> Bool {
        if secretNames.contains(file.name) { return true }
        if file.name.hasPrefix(".env.") {
            return !templates.contains(file.name.split(separator: ".").last ?? "")
        }
        let ends = file.names.suffix(2)
        return ends.elementsEqual([".aws", "credentials"]) || ends.elementsEqual([".docker", "config.json"])
    }

    /// Whether a file is one of a package's own tests, which may need a key or settings that are no secret.
    private static func isOfTests(_ file: LayerFile) -> Bool {
        file.names.dropLast().contains { ["test", "tests", "testing"].contains($0) }
    }
}
