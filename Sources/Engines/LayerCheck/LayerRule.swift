/// A rule that a layer may break, by its code.
public enum LayerRule: String, CaseIterable, Sendable {
    // Where files are.
    case packageAtTop = "L101"
    case extraFolder = "L102"
    case sitePackagesElsewhere = "L103"
    case nodeModulesAtTop = "L104"
    case nodePackageElsewhere = "L105"
    case jarElsewhere = "L106"
    case libraryAtTop = "L107"
    case literalVersion = "L108"
    case otherVersionFolder = "L109"
    case mixedLanguages = "L110"
    // What programs and libraries are built for.
    case wrongArchitecture = "L201"
    case newerGlibc = "L202"
    case otherPythonTag = "L203"
    case missingLibrary = "L204"
    case foreignSystem = "L205"
    // Who may read and run what, and links.
    case notExecutable = "L301"
    case unreadable = "L302"
    case brokenLink = "L303"
    case escapingLink = "L304"
    // Files and packages that are there more than once, or not at all.
    case duplicatePath = "L401"
    case shadowedPath = "L402"
    case severalVersions = "L403"
    case missingRequirement = "L404"
    // What does not belong into a layer.
    case secretFile = "L501"
    case privateKey = "L502"
    case versionControl = "L503"
    case foreignBytecode = "L504"
    case workingFolder = "L505"
    case dataset = "L506"
    // Size.
    case tooLarge = "L601"
    case littleHeadroom = "L602"

    /// How bad it is when a rule is broken.
    public enum Severity: String, Sendable {
        /// Functions fail, the layer is refused, or a secret is published.
        case error
        /// Functions may fail in some cases, or the layer is larger than need be.
        case warning
    }

    /// The code, `L101`.
    public var code: String { rawValue }

    /// How bad it is when the rule is broken.
    public var severity: Severity {
        switch self {
        case .nodePackageElsewhere, .jarElsewhere, .libraryAtTop, .mixedLanguages, .missingLibrary, .escapingLink,
            .shadowedPath, .severalVersions, .missingRequirement, .versionControl, .foreignBytecode, .workingFolder,
            .dataset, .littleHeadroom:
            .warning
        case .packageAtTop, .extraFolder, .sitePackagesElsewhere, .nodeModulesAtTop, .literalVersion,
            .otherVersionFolder, .wrongArchitecture, .newerGlibc, .otherPythonTag, .foreignSystem, .notExecutable,
            .unreadable, .brokenLink, .duplicatePath, .secretFile, .privateKey, .tooLarge:
            .error
        }
    }
}
