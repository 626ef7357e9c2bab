/// A runtime as the API names it, such as `python3.12` or `provided.al2023`.
///
/// Accepts unknown names: AWS adds runtimes every few months, and functions that use them must be stored and listed.
/// Source of the names: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>.
public struct RuntimeIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Takes a name of 1–64 characters of `[a-z0-9.]`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let allowed = text.utf8.allSatisfy {
            $0.isASCIILowerCaseLetter || $0.isASCIIDigit || $0 == UInt8(ascii: ".")
        }
        guard allowed, (1...64).contains(text.utf8.count) else { return nil }
        description = String(text)
    }

    /// The name as logs have it, the language and the version apart: `python:3.12`, `nodejs:22`, `provided:al2023`.
    public var versionText: String {
        let language = description.prefix { $0.isLetter }
        var version = description.dropFirst(language.count)
        if version.first == "." { version.removeFirst() }
        if version.hasSuffix(".x") { version.removeLast(2) }
        return version.isEmpty ? description : "\(language):\(version)"
    }

    /// The kind of runtime, read from the name.
    public var family: RuntimeFamily {
        if description == "provided" { return .provided(system: "al1") }
        for (prefix, make) in Self.families where description.hasPrefix(prefix) {
            if let family = make(description.dropFirst(prefix.utf8.count)) { return family }
        }
        return .other
    }

    private static let families: [(String, @Sendable (Substring) -> RuntimeFamily?)] = [
        ("python3.", { $0.canonicalPositiveNumber.map { .python(minor: $0) } }),
        ("nodejs", { $0.hasSuffix(".x") ? $0.dropLast(2).canonicalPositiveNumber.map { .nodejs(major: $0) } : nil }),
        ("java", { .java(version: String($0)) }),
        ("ruby", { .ruby(version: String($0)) }),
        ("dotnet", { .dotnet(version: String($0)) }),
        ("provided.", { .provided(system: String($0)) }),
    ]
}

/// The kind of runtime that a name means.
public enum RuntimeFamily: Hashable, Sendable {
    /// CPython 3 of a minor version: `python3.12` is `.python(minor: 12)`.
    case python(minor: Int)
    /// Node.js of a major version: `nodejs22.x` is `.nodejs(major: 22)`.
    case nodejs(major: Int)
    /// A Java release: `java21`, `java8.al2`.
    case java(version: String)
    /// A Ruby release: `ruby3.4`.
    case ruby(version: String)
    /// A .NET release: `dotnet8`.
    case dotnet(version: String)
    /// The function or a layer brings `bootstrap`; the operating system is `al2`, `al2023`, or `al1` for `provided`.
    case provided(system: String)
    /// A name that this version of Strata does not know.
    case other
}
