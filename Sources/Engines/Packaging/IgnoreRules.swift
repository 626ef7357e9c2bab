internal import Glibc

/// The files that a deployment package leaves out: built-in patterns, those of a `.strataignore`, and virtual
/// environments.
///
/// A pattern without `/` matches a name at any depth, one with `/` a path from the root; `*`, `?` and `[…]` work as in
/// fnmatch(3) and do not match a `/`. A directory that matches is left out with all of its files. `#` starts a comment.
public struct IgnoreRules: Sendable {
    /// The file that adds patterns, in the root of a code folder.
    public static let fileName = ".strataignore"
    /// The patterns that always apply. Zips in the root are earlier packages; the lock file of layers is for builds.
    public static let always = [
        ".DS_Store", ".bzr", ".git", ".hg", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".strata", ".svn", ".venv",
        "*.pyc", "__pycache__", "/*.zip", "/strata.toml", fileName, LayerLock.fileName,
    ]
    /// The file that makes a directory a virtual environment of Python (<https://peps.python.org/pep-0405/>).
    public static let virtualEnvironmentFile = "pyvenv.cfg"
    /// The packages of Node.js, which a function in Python has only for its tools.
    static let nodePackages = "/node_modules"

    private let patterns: [String]
    private let included: [String]

    /// Adds the patterns of a `.strataignore` file's text to those that always apply.
    ///
    /// - Parameters:
    ///   - rootNames: the names in the root of the code folder: with Python there and no JavaScript, `node_modules` is
    ///   left out too.
    ///   - included: patterns of what is not left out, regardless of all others.
    public init(text: String = "", rootNames: [String] = [], including included: [String] = []) {
        let lines = text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
            var line = line.drop(while: \.isWhitespace)
            while line.last?.isWhitespace ?? false { line.removeLast() }
            if line.hasSuffix("/") { line.removeLast() }
            return line.isEmpty || line.hasPrefix("#") ? nil : String(line)
        }
        let hasJavaScript = rootNames.contains { name in
            [".js", ".mjs", ".cjs", ".ts"].contains { name.hasSuffix($0) }
        }
        let isPython = rootNames.contains { $0.hasSuffix(".py") } && !hasJavaScript
        patterns = Self.always + (isPython ? [Self.nodePackages] : []) + lines
        self.included = included.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// Whether a path below the code folder is left out.
    public func excludes(_ path: String) -> Bool { rule(excluding: path) != nil }

    /// The pattern that leaves a path out; `nil` for one that is packed.
    func rule(excluding path: String) -> String? {
        guard let rule = patterns.first(where: { Self.matches($0, path) }), !includes(path) else { return nil }
        return rule
    }

    /// The file that leaves a directory out with these names in it; `nil` for one that is packed.
    func rule(excludingDirectory path: String, with names: [String]) -> String? {
        names.contains(Self.virtualEnvironmentFile) && !includes(path) ? Self.virtualEnvironmentFile : nil
    }

    private func includes(_ path: String) -> Bool { included.contains { Self.matches($0, path) } }

    private static func matches(_ pattern: String, _ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard pattern.contains("/") else { return fnmatch(pattern, name, 0) == 0 }
        return fnmatch(pattern.hasPrefix("/") ? String(pattern.dropFirst()) : pattern, path, FNM_PATHNAME) == 0
    }
}
