internal import Glibc

/// The files that a deployment package leaves out: built-in patterns and those of a `.strataignore`.
///
/// A pattern without `/` matches a name at any depth, one with `/` a path from the root; `*`, `?` and `[…]` work as in
/// fnmatch(3) and do not match a `/`. A directory that matches is left out with all of its files. `#` starts a comment.
public struct IgnoreRules: Sendable {
    /// The file that adds patterns, in the root of a code folder.
    public static let fileName = ".strataignore"
    /// The patterns that always apply.
    public static let always = [
        ".DS_Store", ".git", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "*.pyc", "__pycache__", fileName,
    ]

    private let patterns: [String]

    /// Adds the patterns of a `.strataignore` file's text to those that always apply.
    public init(text: String = "") {
        let lines = text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
            var line = line.drop(while: \.isWhitespace)
            while line.last?.isWhitespace ?? false { line.removeLast() }
            if line.hasSuffix("/") { line.removeLast() }
            return line.isEmpty || line.hasPrefix("#") ? nil : String(line)
        }
        patterns = Self.always + lines
    }

    /// Whether a path below the code folder is left out.
    public func excludes(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return patterns.contains { pattern in
            guard pattern.contains("/") else { return fnmatch(pattern, name, 0) == 0 }
            return fnmatch(pattern.hasPrefix("/") ? String(pattern.dropFirst()) : pattern, path, FNM_PATHNAME) == 0
        }
    }
}
