/// The storeys of docs/ARCHITECTURE.md, lowest first: the folders of `Sources`. A target may import what stands in an
/// earlier one.
struct Storeys: Sendable {
    static let names = [
        "C", "System", "Mechanism", "Nouns", "Models", "Engines", "Kit", "Tools", "Execution", "Services", "Edges",
        "Server",
    ]

    /// The storey of each target, as a position in ``names``.
    private let positions: [Substring: Int]

    /// Reads the storeys of targets from the paths of their files: `Sources/STOREY/TARGET/…`.
    init(_ tree: SourceTree) {
        var positions: [Substring: Int] = [:]
        positions["Runtimes"] = Self.names.firstIndex(of: "Nouns")
        for file in tree.files {
            let parts = file.path.split(separator: "/")
            guard parts.count > 3, parts[0] == "Sources" else { continue }
            positions[parts[2]] = Self.names.firstIndex(of: String(parts[1]))
        }
        self.positions = positions
    }

    /// The storey of a target; `nil` for a module that is not ours.
    func position(of target: Substring) -> Int? { positions[target] }

    func isService(_ target: Substring) -> Bool { isIn("Services", target) }
    func isModel(_ target: Substring) -> Bool { isIn("Models", target) }

    private func isIn(_ storey: String, _ target: Substring) -> Bool {
        positions[target].map { Self.names[$0] == storey } ?? false
    }

    /// The names of the services' APIs, in lower case: `lambda`, `iam`, `sts`.
    var apiNames: [String] {
        positions.keys.sorted().compactMap { target in
            if isService(target) { return target.lowercased().removing(suffix: "service") }
            return isModel(target) ? target.lowercased().removing(suffix: "model") : nil
        }
    }

    /// The module that a line of code imports; `nil` for other lines.
    static func imported(by line: Substring) -> Substring? {
        guard line.contains("import ") else { return nil }
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "import"), position + 1 < words.count else { return nil }
        let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        guard words[..<position].allSatisfy({ $0.hasPrefix("@") || modifiers.contains($0) }) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = words[(position + 1)...].first { !kinds.contains($0) }
        return name?.split(separator: ".").first
    }
}

extension String {
    fileprivate func removing(suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
