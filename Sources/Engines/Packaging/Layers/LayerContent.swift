/// What goes into a layer, before it is packed.
struct LayerContent {
    /// The entries, by their paths below `/opt`.
    var entries: [PackageEntry] = []
    /// The packages that they are of.
    var packages: [LayerPackage] = []
    /// What was left out.
    var savings: [LayerSaving] = []
    /// What the user should know, one sentence each.
    var notes: [String] = []
    /// How many files of bytecode there are among the entries.
    var bytecodeCount = 0
}

/// What a build tells while it works.
public enum BuildProgress: Sendable, Equatable {
    /// A line of a program that it runs.
    case output(String)
    /// A stage, and how much of it is done. Begins with 0, and ends with all where the number is not 0.
    case stage(BuildStage, done: Int, total: Int)
}

/// The parts of a build that take time.
public enum BuildStage: Hashable, Sendable {
    /// Packages are installed for a runtime or with a tool; how many is not known.
    case install(String)
    /// Sources are compiled for a runtime.
    case compile(String)
    /// Files are compressed.
    case pack
}
