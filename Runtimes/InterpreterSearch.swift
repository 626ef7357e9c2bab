/// Where a language's interpreters are on a host, and how one is recognised by looking at files alone.
public struct InterpreterSearch: Sendable {
    /// A tool that installs interpreters, each in a folder of its own.
    public struct Installer: Sendable {
        /// How the tool is called in reports: `pyenv`.
        public let name: String
        /// The environment variable that says where its files are.
        public let variable: String
        /// Where they are otherwise, below the home folder.
        public let folder: String
        /// The folder of the installations below that; empty where they are in it.
        public let installations: String
        /// How the name of an installation begins before its version: `cpython-` of `cpython-3.12.13-linux-x86_64-gnu`.
        public let prefix: String

        /// Describes a tool.
        public init(name: String, variable: String, folder: String, installations: String = "", prefix: String = "") {
            self.name = name
            self.variable = variable
            self.folder = folder
            self.installations = installations
            self.prefix = prefix
        }
    }

    /// The name of a version's program: `python3.12` for `3.12`.
    public let program: @Sendable (_ version: String) -> String
    /// How the name of the program begins where links to it end.
    public let programPrefix: String
    /// Files of which one is below the prefix of a version's installation, beside `bin`: they tell interpreters from
    /// the scripts that installers put on `PATH` in their place.
    public let evidence: @Sendable (_ version: String) -> [String]
    /// Folders below the prefix of a version's installation that have the host's packages, which functions must not
    /// find. Some may not exist.
    public let packageFolders: @Sendable (_ version: String) -> [String]
    /// The tools that install it, best first.
    public let installers: [Installer]
    /// A command that installs a version, for messages.
    public let installCommand: @Sendable (_ version: String) -> String

    /// Describes a search.
    public init(
        program: @escaping @Sendable (String) -> String, programPrefix: String,
        evidence: @escaping @Sendable (String) -> [String],
        packageFolders: @escaping @Sendable (String) -> [String] = { _ in [] }, installers: [Installer],
        installCommand: @escaping @Sendable (String) -> String
    ) {
        self.program = program
        self.programPrefix = programPrefix
        self.evidence = evidence
        self.packageFolders = packageFolders
        self.installers = installers
        self.installCommand = installCommand
    }
}
