/// The rules of the house: which target may know which. docs/ARCHITECTURE.md explains them.
enum HouseRules {
    /// The engines that keep rows. They stand in one storey with the seam that they implement.
    private static let storageEngines: Set<Substring> = ["PostgreSQL", "SQLite"]

    /// Only the composition knows which engine keeps rows: everything else imports `Store`.
    static func storage(_ tree: SourceTree) -> [Violation] {
        sources(tree).filter { !$0.path.hasPrefix("Sources/Server/") }.flatMap { file in
            file.inCode { line in
                guard let module = Storeys.imported(by: line), storageEngines.contains(module) else { return nil }
                return "\(file.target) may not import \(module): only the composition does; import Store"
            }
        }
    }

    /// A target imports only from storeys below its own. A storage engine also imports its seam.
    static func imports(_ tree: SourceTree) -> [Violation] {
        let storeys = Storeys(tree)
        return sources(tree).flatMap { file in
            file.inCode { line in
                guard let module = Storeys.imported(by: line), let own = storeys.position(of: file.target),
                    let other = storeys.position(of: module), other >= own, !storeys.isService(module),
                    !(module == "Store" && storageEngines.contains(file.target))
                else { return nil }
                return "\(file.target) may not import \(module), which stands no lower"
            }
        }
    }

    /// No service imports another, and only edges that are told to, and the composition, import any.
    static func services(_ tree: SourceTree) -> [Violation] {
        let storeys = Storeys(tree)
        return sources(tree).filter { !$0.path.hasPrefix("Sources/Server/") }.flatMap { file in
            file.inCode { line in
                guard let module = Storeys.imported(by: line), storeys.isService(module) else { return nil }
                return storeys.isService(file.target)
                    ? "\(file.target) may not import \(module): services meet through ServiceKit's seams"
                    : "\(file.target) may not import \(module): only the composition does"
            }
        }
    }

    /// A service's model is imported by that service alone.
    static func models(_ tree: SourceTree) -> [Violation] {
        let storeys = Storeys(tree)
        var owners: [Substring: Substring] = [:]
        return sources(tree).flatMap { file in
            file.inCode { line in
                guard let module = Storeys.imported(by: line), storeys.isModel(module) else { return nil }
                guard storeys.isService(file.target) else {
                    return "\(file.target) may not import \(module): only its service does"
                }
                let owner = owners[module, default: file.target]
                owners[module] = owner
                return owner == file.target
                    ? nil : "\(file.target) may not import \(module), which is the model of \(owner)"
            }
        }
    }

    /// A service's name appears in its own target, its model and the composition, and nowhere else: the target's name
    /// in no code, and its API's name in no string of the gateway. Other strings may contain the name, such as an ARN
    /// or a help text.
    static func serviceNames(_ tree: SourceTree) -> [Violation] {
        let storeys = Storeys(tree)
        let files = sources(tree).filter { !$0.path.hasPrefix("Sources/Server/") }
        let identifiers = files.flatMap { file in
            file.inCode { line in
                guard Storeys.imported(by: line) == nil else { return nil }
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                let name = words.first { $0 != file.target && storeys.isService($0) }
                return name.map { "only \($0) itself and the composition may name \($0)" }
            }
        }
        let literals = storeys.apiNames.map { "\"\($0)\"" }
        let strings = files.filter { $0.path.hasPrefix("Sources/Edges/Gateway/") }.flatMap { file in
            file.inText { line in
                guard !line.drop(while: { $0 == " " }).hasPrefix("//") else { return nil }
                return literals.first { line.lowercased().contains($0) }.map {
                    "the gateway may not name a service: \($0); ask the registry"
                }
            }
        }
        return identifiers + strings
    }

    /// Function execution knows neither AWS's models nor the catalogue.
    static func execution(_ tree: SourceTree) -> [Violation] {
        let storeys = Storeys(tree)
        return sources(tree).filter { $0.path.hasPrefix("Sources/Execution/") }.flatMap { file in
            file.inCode { line in
                guard let module = Storeys.imported(by: line), storeys.isModel(module) || module == "Catalog" else {
                    return nil
                }
                return "\(file.target) may not import \(module): it gets what it needs with the function's revision"
            }
        }
    }

    /// Nothing imports all of Foundation.
    static func foundation(_ tree: SourceTree) -> [Violation] {
        sources(tree).flatMap { file in
            file.inCode { line in
                guard let module = Storeys.imported(by: line), module.hasPrefix("Foundation"),
                    module != "FoundationEssentials"
                else { return nil }
                return "\(module) does not link statically; do without"
            }
        }
    }

    /// `Package.swift` declares what a target imports, and nothing else.
    static func manifest(_ tree: SourceTree) -> [Violation] {
        guard let package = tree.files.first(where: { $0.path == "Package.swift" }) else { return [] }
        let declared = PackageManifest(package.text).dependencies
        let swift = tree.swift.filter { $0.path != "Package.swift" }
        let targets = Set(swift.map(\.target)).union(declared.keys).union(declared.values.joined())
        var imported: [Substring: Set<Substring>] = [:]
        let undeclared = swift.flatMap { file in
            (file.isGenerated ? file.lines : file.code).enumerated().compactMap { index, line -> Violation? in
                guard let module = Storeys.imported(by: line), targets.contains(module) else { return nil }
                imported[file.target, default: []].insert(module)
                guard !(declared[file.target]?.contains(module) ?? false) else { return nil }
                return Violation(file, index + 1, "Package.swift does not say that \(file.target) uses \(module)")
            }
        }
        let unused = imported.keys.sorted().flatMap { target in
            (declared[target] ?? []).subtracting(imported[target] ?? []).sorted().map {
                Violation(package, nil, "\(target) does not import \($0); remove the dependency")
            }
        }
        return undeclared + unused
    }

    /// The product's targets: Swift in `Sources`, written by hand.
    private static func sources(_ tree: SourceTree) -> [SourceTree.File] {
        tree.product.filter { $0.path.hasPrefix("Sources/") }
    }
}
