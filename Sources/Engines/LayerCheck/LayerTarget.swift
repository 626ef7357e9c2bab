public import Domain

/// The functions that layers are for.
public struct LayerTarget: Hashable, Sendable {
    /// The operating system that a runtime is built on.
    public enum System: String, Hashable, Sendable {
        /// Amazon Linux 2.
        case amazonLinux2 = "Amazon Linux 2"
        /// Amazon Linux 2023.
        case amazonLinux2023 = "Amazon Linux 2023"

        /// The minor version of its glibc 2 ("Improved toolchain: gcc, binutils, and glibc", AL2023 user guide).
        var glibcMinor: Int {
            switch self {
            case .amazonLinux2: 26
            case .amazonLinux2023: 34
            }
        }
    }

    /// The runtime; `nil` where any may use the layers, so that what depends on it is not checked.
    public let runtime: RuntimeIdentifier?
    /// The instruction set.
    public let architecture: Architecture

    /// Describes functions.
    public init(runtime: RuntimeIdentifier?, architecture: Architecture) {
        (self.runtime, self.architecture) = (runtime, architecture)
    }

    /// The functions that a layer version says that it is for; all functions where it says nothing.
    public static func all(_ runtimes: [String], _ architectures: [String]) -> [LayerTarget] {
        let known = architectures.compactMap { Architecture(rawValue: $0) }
        let names: [RuntimeIdentifier?] = runtimes.compactMap { RuntimeIdentifier($0) }
        return (names.isEmpty ? [nil] : names).flatMap { runtime in
            (known.isEmpty ? [.byDefault] : known).map { LayerTarget(runtime: runtime, architecture: $0) }
        }
    }

    /// The system of the runtime; the newest one where there is no runtime: what does not run there runs nowhere.
    ///
    /// Source: "Lambda runtimes", Lambda developer guide, *Supported runtimes* and *Deprecated runtimes*.
    public var system: System {
        let isOld =
            switch runtime?.family {
            case .python(let minor)?: minor < 12
            case .nodejs(let major)?: major < 20
            case .java(let version)?: ["8", "8.al2", "11", "17"].contains(version)
            case .ruby(let version)?: version.hasPrefix("2.") || version == "3.2"
            case .dotnet(let version)?: version.hasPrefix("core") || version == "6" || version == "7"
            case .provided(let system)?: system != "al2023"
            case .other?, nil: false
            }
        return isOld ? .amazonLinux2 : .amazonLinux2023
    }

    /// The minor version of Python 3, for runtimes of Python.
    var pythonMinor: Int? { if case .python(let minor)? = runtime?.family { minor } else { nil } }

    /// Whether functions may be in a language, by its folder in layers: `python`.
    func mayUse(_ folder: LanguageFolder) -> Bool { language.map { $0 == folder } ?? true }

    /// The language that the runtime looks for packages of; `nil` for no runtime and those that bring their own.
    var language: LanguageFolder? {
        switch runtime?.family {
        case .python?: .python
        case .nodejs?: .nodejs
        case .java?: .java
        case .ruby?: .ruby
        case .dotnet?, .provided?, .other?, nil: nil
        }
    }
}

/// A folder that the runtimes of one language look in ("Packaging your layer content", Lambda developer guide).
enum LanguageFolder: String, CaseIterable {
    case python
    case nodejs
    case java
    case ruby
}
