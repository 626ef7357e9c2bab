public import Domain
public import Runtimes

/// An interpreter of this host that can run functions of a runtime.
public struct LocatedRuntime: Hashable, Sendable {
    /// How an interpreter was found. In the order of preference.
    public enum Source: Hashable, Sendable, CustomStringConvertible {
        /// `--runtime NAME=PATH` named it.
        case override
        /// It is on `PATH`.
        case path
        /// It is in `/usr/bin` or `/usr/local/bin`.
        case system
        /// A tool installed it: `pyenv`, `uv`.
        case installer(String)

        /// A word for machines.
        public var description: String {
            switch self {
            case .override: "override"
            case .path: "path"
            case .system: "system"
            case .installer(let name): name
            }
        }
    }

    /// The runtime, such as `python3.12`.
    public let runtime: RuntimeIdentifier
    /// The interpreter: an absolute path without links.
    public let executable: String
    /// The folder that it is installed to: its program is in `bin` below it. Absolute, without links.
    public let prefix: String
    /// How it was found.
    public let source: Source
}

/// A `--runtime` that cannot be used, in words that say what would do.
public struct RuntimeOverrideError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let description: String
}

/// Finds the interpreters of this host, by looking at files alone: nothing is run. Each language's ``RuntimeProgram``
/// says where its interpreters are, and what shows that a file is one.
public struct RuntimeLocator: Sendable {
    private let files: any RuntimeFiles
    private let environment: [String: String]
    private let programs: [RuntimeProgram]

    /// Looks at this host's files, or at those of a test.
    ///
    /// - Parameter environment: `PATH`, `HOME` and the variables of the tools that install interpreters say where to
    ///   look.
    public init(
        files: any RuntimeFiles = HostRuntimeFiles(), environment: [String: String],
        programs: [RuntimeProgram] = RuntimeProgram.all
    ) {
        self.files = files
        self.environment = environment
        self.programs = programs
    }

    /// The best interpreter of each runtime, a language after the other, lowest version first.
    ///
    /// - Parameter overrides: What `override` accepted. The last for a runtime comes before all that is found.
    public func locate(overrides: [LocatedRuntime] = []) -> [LocatedRuntime] {
        programs.flatMap { program in
            func named(_ runtime: RuntimeProgram.Runtime) -> LocatedRuntime? {
                overrides.last { $0.runtime.description == runtime.name }
            }
            return program.formerRuntimes.compactMap(named)
                + program.runtimes.compactMap { named($0) ?? find($0, program.interpreters) }
        }
    }

    private func find(_ runtime: RuntimeProgram.Runtime, _ search: InterpreterSearch) -> LocatedRuntime? {
        for (folders, source) in candidates(runtime.version, search) {
            for folder in folders {
                let path = "\(folder)/\(search.program(runtime.version))"
                if let found = interpreter(path, of: runtime, search, source) { return found }
            }
        }
        return nil
    }

    /// Checks a path that a user gave for a runtime: an interpreter, or the prefix that it was installed to.
    public func override(
        _ identifier: RuntimeIdentifier, path: String
    ) throws(RuntimeOverrideError) -> LocatedRuntime {
        let name = identifier.description
        for program in programs {
            guard let runtime = program.runtime(named: name) else { continue }
            let search = program.interpreters
            let executable = search.program(runtime.version)
            let inPrefix = interpreter("\(path)/bin/\(executable)", of: runtime, search, .override)
            guard let found = inPrefix ?? interpreter(path, of: runtime, search, .override) else {
                let evidence = search.evidence(runtime.version).first.map { " and \($0)" } ?? ""
                throw RuntimeOverrideError(
                    description:
                        "--runtime \(name)=\(path): no interpreter of \(name) there; give the interpreter itself or "
                        + "the prefix that has bin/\(executable)\(evidence)")
            }
            return found
        }
        let names = programs.map(\.names).joined(separator: ", ")
        throw RuntimeOverrideError(
            description: "--runtime \(name)=\(path): only \(names) have an interpreter to choose")
    }

    /// Follows links from an interpreter's path, and accepts it when what belongs to it is beside it.
    private func interpreter(
        _ path: String, of runtime: RuntimeProgram.Runtime, _ search: InterpreterSearch, _ source: LocatedRuntime.Source
    ) -> LocatedRuntime? {
        guard let executable = files.resolved(path), files.isExecutable(executable) else { return nil }
        let names = executable.split(separator: "/")
        guard names.count >= 2, names[names.count - 2] == "bin",
            names[names.count - 1].hasPrefix(search.programPrefix)
        else { return nil }
        let prefix = "/" + names.dropLast(2).joined(separator: "/")
        let evidence = search.evidence(runtime.version).map { "\(prefix)/\($0)" }
        guard evidence.contains(where: files.isFile), let identifier = RuntimeIdentifier(runtime.name) else {
            return nil
        }
        return LocatedRuntime(runtime: identifier, executable: executable, prefix: prefix, source: source)
    }

    /// Folders to look in, best first.
    private func candidates(_ version: String, _ search: InterpreterSearch) -> [([String], LocatedRuntime.Source)] {
        let home = environment["HOME"] ?? "/nonexistent"
        let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        let installed = search.installers.map { tool in
            let root = environment[tool.variable] ?? "\(home)/\(tool.folder)"
            let folder = tool.installations.isEmpty ? root : "\(root)/\(tool.installations)"
            return (installations(in: folder, "\(tool.prefix)\(version)."), LocatedRuntime.Source.installer(tool.name))
        }
        return [(path, .path), (["/usr/bin", "/usr/local/bin"], .system)] + installed
    }

    /// `bin` of each installation whose name starts so, the highest patch version first.
    private func installations(in folder: String, _ start: String) -> [String] {
        let names = files.names(in: folder).filter { $0.hasPrefix(start) }
        return names.sorted { Self.patch($0, start) > Self.patch($1, start) }.map { "\(folder)/\($0)/bin" }
    }

    /// The number after the start of a name: 13 of `3.12.13` and of `cpython-3.12.13-linux-x86_64-gnu`.
    private static func patch(_ name: String, _ start: String) -> Int {
        Int(name.dropFirst(start.count).prefix(while: \.isNumber)) ?? -1
    }
}
