internal import Domain

/// L201 to L205: programs and libraries that functions cannot load.
enum BinaryRules {
    static func findings(
        in layer: LayerContents, for target: LayerTarget, _ tree: MergedTree
    ) -> [LayerFinding] {
        let programs = layer.files.filter { $0.elf != nil && !isOneOfMany($0) }
        let own = programs.filter { $0.elf?.machine == target.architecture.elfMachine }
        let others = programs.filter { $0.elf?.machine != target.architecture.elfMachine }
        return wrongArchitecture(others, layer, target) + newerGlibc(own, layer, target)
            + otherTags(layer, target) + missingLibraries(own, layer, target, tree) + foreignSystem(layer)
    }

    /// Whether a package brings the file for many systems, and chooses one when it runs (node-gyp-build).
    private static func isOneOfMany(_ file: LayerFile) -> Bool { file.names.contains("prebuilds") }

    private static func wrongArchitecture(
        _ files: [LayerFile], _ layer: LayerContents, _ target: LayerTarget
    ) -> [LayerFinding] {
        let machines = Set(files.compactMap { $0.elf?.machine }).sorted().map(name(ofMachine:))
        return LayerFinding.about(.wrongArchitecture, in: layer, files.map(\.path)) {
            "\($0): built for \(LayerFinding.list(machines)), and functions run on \(target.architecture.rawValue)"
        }
    }

    /// The processor that ELF's number means (`EM_…` of elf.h).
    private static func name(ofMachine machine: UInt16) -> String {
        if let known = Architecture.allCases.first(where: { $0.elfMachine == machine }) { return known.rawValue }
        return switch machine {
        case 3: "32-bit x86"
        case 40: "32-bit Arm"
        case 21: "ppc64le"
        case 22: "s390x"
        case 243: "RISC-V"
        default: "machine \(machine)"
        }
    }

    private static func newerGlibc(
        _ files: [LayerFile], _ layer: LayerContents, _ target: LayerTarget
    ) -> [LayerFinding] {
        let limit = target.system.glibcMinor
        let newer = files.filter { ($0.elf?.glibcMinor ?? 0) > limit }
        let needed = newer.compactMap { $0.elf?.glibcMinor }.max() ?? 0
        let system =
            target.runtime.map { "\($0) has 2.\(limit) (\(target.system.rawValue))" }
            ?? "the newest runtimes have 2.\(limit)"
        return LayerFinding.about(.newerGlibc, in: layer, newer.map(\.path)) {
            "\($0): needs glibc 2.\(needed), and \(system)"
        }
    }

    /// Modules whose tag names another Python, and that have no neighbour for the runtime's.
    private static func otherTags(_ layer: LayerContents, _ target: LayerTarget) -> [LayerFinding] {
        guard let minor = target.pythonMinor else { return [] }
        let own = "3\(minor)"
        let modules = layer.files.filter { LayerFile.isSharedLibrary($0.name) && !$0.isDirectory }
        func stem(_ file: LayerFile) -> String {
            file.names.dropLast().joined(separator: "/") + "/" + file.name.prefix { $0 != "." }
        }
        let served = Set(modules.filter { $0.pythonTag == nil || $0.pythonTag.map { $0 == own } == true }.map(stem))
        let others = modules.filter { module in
            guard let tag = module.pythonTag, tag != own, !isForAnotherVersion(module, minor) else { return false }
            return !served.contains(stem(module))
        }
        let tags = Set(others.compactMap(\.pythonTag)).sorted().map { version(ofTag: $0) }
        return LayerFinding.about(.otherPythonTag, in: layer, others.map(\.path)) {
            "\($0): compiled for Python \(LayerFinding.list(tags)), and functions run on 3.\(minor)"
        }
    }

    /// Whether a file is in the folder of another Python, which the runtime does not look into.
    private static func isForAnotherVersion(_ file: LayerFile, _ minor: Int) -> Bool {
        file.names.starts(with: ["python", "lib"]) && file.names.count > 3 && file.names[2] != "python3.\(minor)"
    }

    /// `312` → `3.12`, `313t` → `3.13t`.
    private static func version(ofTag tag: Substring) -> String {
        tag.first == "3" && tag.count > 1 ? "3.\(tag.dropFirst())" : String(tag)
    }

    private static func missingLibraries(
        _ files: [LayerFile], _ layer: LayerContents, _ target: LayerTarget, _ tree: MergedTree
    ) -> [LayerFinding] {
        var users: [String: [String]] = [:]
        for file in files {
            for path in file.elf?.libraries ?? [] {
                let library = path.split(separator: "/").last ?? ""
                guard !library.isEmpty, !tree.names.contains(library),
                    !SystemLibraries.have(String(library), for: target)
                else { continue }
                users[String(library), default: []].append(file.path)
            }
        }
        return users.keys.sorted().flatMap { library in
            LayerFinding.about(.missingLibrary, in: layer, users[library] ?? []) {
                "\($0): needs \(library), which no layer has, nor probably \(target.system.rawValue)"
            }
        }
    }

    private static func foreignSystem(_ layer: LayerContents) -> [LayerFinding] {
        let paths = layer.files.filter { !$0.isDirectory }.filter {
            $0.name.hasSuffix("-darwin.so") || $0.name.hasSuffix(".pyd")
        }.map(\.path)
        return LayerFinding.about(.foreignSystem, in: layer, paths) {
            "\($0): compiled for macOS or Windows, and functions run on Linux"
        }
    }
}
