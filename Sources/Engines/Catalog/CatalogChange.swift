public import Digest
public import Domain

/// What a commit changed, as far as anything in memory may depend on it. The verbs of ``CatalogTransaction`` record it.
public enum CatalogChange: Hashable, Sendable {
    /// `$LATEST` of a function was added or replaced.
    case latestVersion(FunctionID)
    /// A version of a function was published.
    case publishedVersion(FunctionID)
    /// A published version of a function was deleted, with its settings.
    case deletedVersion(FunctionID, FunctionVersion)
    /// A function was deleted with everything that belongs to it, these versions included.
    case deletedFunction(FunctionID, versions: [FunctionVersion])
    /// An alias of a function was added, changed or deleted, with its settings.
    case alias(FunctionID)
    /// A setting of a function, or of a version or alias of it, was changed or deleted.
    case setting(FunctionSettingKind, FunctionID)
    /// A version of a layer was published: its package, and the runtimes that it names.
    case publishedLayer(SHA256Digest, runtimes: [RuntimeIdentifier])
    /// Rows that refer to packages are gone, so packages may be unreferenced.
    case releasedPackages
}
