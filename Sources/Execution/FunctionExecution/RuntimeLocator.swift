public import Domain

/// An interpreter of this host that can run functions of a runtime.
public struct LocatedRuntime: Hashable, Sendable {
    /// How an interpreter was found. In the order of preference.
    public enum Source: String, Hashable, Sendable, CaseIterable {
        /// `--runtime NAME=PATH` named it.
        case override
        /// It is on `PATH`.
        case path
        /// It is in `/usr/bin` or `/usr/local/bin`.
        case system
        /// pyenv installed it.
        case pyenv
        /// uv installed it.
        case uv
    }

    /// The runtime, such as `python3.12`.
    public let runtime: RuntimeIdentifier
    /// The interpreter: an absolute path without links.
    public let executable: String
    /// The folder that its standard library is under: `lib/python3.12` in it. Absolute, without links.
    public let prefix: String
    /// How it was found.
    public let source: Source
}

/// A `--runtime` that cannot be used, in words that say what would do.
public struct RuntimeOverrideError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let description: String
}

/// Finds the interpreters of this host, by looking at files alone: nothing is run.
///
/// An interpreter counts when its standard library is where it belongs, `PREFIX/bin/python3.12` and
/// `PREFIX/lib/python3.12/os.py`. That is how CPython itself finds it (<https://docs.python.org/3/using/cmdline.html>,
/// <https://docs.python.org/3/library/sys_path_init.html>), and it tells interpreters from the shell scripts that pyenv
/// puts on `PATH` in their place.
public struct RuntimeLocator: Sendable {
    /// The minor versions of Python 3 that Strata runs.
    public static let pythonMinors = 9...14

    private let files: any RuntimeFiles
    private let environment: [String: String]

    /// Looks at this host's files, or at those of a test.
    ///
    /// - Parameter environment: `PATH`, `HOME`, `PYENV_ROOT` and `UV_PYTHON_INSTALL_DIR` say where to look.
    public init(files: any RuntimeFiles = HostRuntimeFiles(), environment: [String: String]) {
        self.files = files
        self.environment = environment
    }

    /// The best interpreter of each runtime, lowest version first.
    ///
    /// - Parameter overrides: What `override` accepted. The last for a runtime comes before all that is found.
    public func locate(overrides: [LocatedRuntime] = []) -> [LocatedRuntime] {
        Self.pythonMinors.compactMap { minor in
            let chosen = overrides.last { $0.runtime.family == .python(minor: minor) }
            if let chosen { return chosen }
            for (folders, source) in candidates(minor: minor) {
                for folder in folders {
                    if let found = interpreter("\(folder)/python3.\(minor)", minor: minor, source) { return found }
                }
            }
            return nil
        }
    }

    /// Checks a path that a user gave for a runtime: an interpreter, or the prefix that it was installed to.
    public func override(
        _ runtime: RuntimeIdentifier, path: String
    ) throws(RuntimeOverrideError) -> LocatedRuntime {
        guard case .python(let minor) = runtime.family, Self.pythonMinors.contains(minor) else {
            throw RuntimeOverrideError(
                description: "--runtime \(runtime)=\(path): only python3.\(Self.pythonMinors.lowerBound) to "
                    + "python3.\(Self.pythonMinors.upperBound) have an interpreter to choose")
        }
        let inPrefix = interpreter("\(path)/bin/python3.\(minor)", minor: minor, .override)
        guard let found = inPrefix ?? interpreter(path, minor: minor, .override) else {
            throw RuntimeOverrideError(
                description: "--runtime \(runtime)=\(path): no Python 3.\(minor) there; give the interpreter itself or "
                    + "the prefix that has bin/python3.\(minor) and lib/python3.\(minor)/os.py")
        }
        return found
    }

    /// Follows links from an interpreter's path, and accepts it when its standard library is beside it.
    private func interpreter(_ path: String, minor: Int, _ source: LocatedRuntime.Source) -> LocatedRuntime? {
        guard let executable = files.resolved(path), files.isExecutable(executable) else { return nil }
        let names = executable.split(separator: "/")
        guard names.count >= 2, names[names.count - 2] == "bin", names[names.count - 1].hasPrefix("python3") else {
            return nil
        }
        let prefix = "/" + names.dropLast(2).joined(separator: "/")
        let libraries = ["lib", "lib64"].map { "\(prefix)/\($0)/python3.\(minor)/os.py" }
        guard libraries.contains(where: files.isFile), let runtime = RuntimeIdentifier("python3.\(minor)") else {
            return nil
        }
        return LocatedRuntime(runtime: runtime, executable: executable, prefix: prefix, source: source)
    }

    /// Folders to look in, best first.
    private func candidates(minor: Int) -> [([String], LocatedRuntime.Source)] {
        let home = environment["HOME"] ?? "/nonexistent"
        let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        let pyenv = (environment["PYENV_ROOT"] ?? "\(home)/.pyenv") + "/versions"
        let uv = environment["UV_PYTHON_INSTALL_DIR"] ?? "\(home)/.local/share/uv/python"
        return [
            (path, .path),
            (["/usr/bin", "/usr/local/bin"], .system),
            (installations(in: pyenv, "3.\(minor)."), .pyenv),
            (installations(in: uv, "cpython-3.\(minor)."), .uv),
        ]
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
