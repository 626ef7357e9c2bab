/// The targets of `Package.swift`, with their dependencies.
struct PackageManifest {
    /// The dependencies of each target that has some.
    let dependencies: [Substring: Set<Substring>]

    /// Reads a manifest in the form of this repository's: `("TARGET", ["DEPENDENCY", …])` in a storey, the same in
    /// `tests(…)` for the target `TARGETTests`, and `name: "TARGET", dependencies: […]`.
    init(_ text: String) {
        let proof = text.firstRange(of: "let proof")?.lowerBound ?? text.endIndex
        var dependencies: [Substring: Set<Substring>] = [:]
        for match in text.matches(of: #/\(\s*"(\w+)",\s*\[([^\[\]()]*)\]\s*\)/#) {
            let isTests = match.range.lowerBound > proof
            let name = isTests ? match.output.1 + "Tests" : match.output.1
            dependencies[name] = Self.names(match.output.2).union(isTests ? [match.output.1] : [])
        }
        for match in text.matches(of: #/name: "([\w\-]+)",\s*dependencies: \[([^\]]*)\]/#) {
            dependencies[match.output.1] = Self.names(match.output.2)
        }
        self.dependencies = dependencies
    }

    private static func names(_ list: Substring) -> Set<Substring> {
        Set(list.matches(of: #/"(\w+)"/#).map(\.output.1))
    }
}
