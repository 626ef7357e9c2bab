/// The storeys of docs/ARCHITECTURE.md, lowest first. A target may import what stands in an earlier row.
///
/// Storey 0 is three rows: C, then descriptors and digests, then what is made with them. In storey 4 the command line
/// starts the gateway.
enum Storeys {
    static let rows: [[String]] = [
        [],  // C libraries, shims and post-fork code: every name of C and a capital
        ["Digest", "LinuxSystem"],
        ["AWSProtocol", "Archive", "HTTP", "HTTPClient", "SQLite", "SignatureV4"],
        ["AWSModel", "Domain", "Runtimes", "SandboxPlan"],
        [
            "AWSClient", "Catalog", "EventQueue", "EventSources", "LayerStore", "Packaging", "RuntimeAPI", "Sandbox",
            "Scheduler", "Telemetry",
        ],
        ["Platform"],
        ["Gateway"],
        ["CommandLine"],
        ["strata", "strata-init"],
    ]

    /// The row of a target; `nil` for a module that is not ours.
    static func row(of target: Substring) -> Int? {
        let start = target.prefix(2)
        if start.count == 2, start.first == "C", start == start.uppercased() { return 0 }
        return rows.firstIndex { $0.contains(String(target)) }
    }

    /// The module that a line of code imports; `nil` for other lines.
    static func imported(by line: Substring) -> Substring? {
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "import"), position + 1 < words.count else { return nil }
        let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        guard words[..<position].allSatisfy({ $0.hasPrefix("@") || modifiers.contains($0) }) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = words[(position + 1)...].first { !kinds.contains($0) }
        return name?.split(separator: ".").first
    }
}
