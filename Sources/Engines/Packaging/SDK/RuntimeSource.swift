/// What the folder of one runtime is made of.
public struct RuntimeSource: Sendable {
    /// One of the runtime's own files.
    public struct File: Sendable {
        /// Its name, without any folder.
        public let name: String
        /// Its content.
        public let bytes: [UInt8]

        /// Names content.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The runtime's name in the API: `python3.12`.
    public let name: String
    /// The interpreter, as a path on the host.
    public let interpreter: String
    /// Text that changes when the interpreter is replaced.
    public let interpreterIdentity: String
    /// The runtime's own files.
    public let files: [File]
    /// The name of the SDK's package: `boto3`.
    public let package: String
    /// A file that an installed SDK has, below its folder.
    public let evidence: String
    /// The interpreter's arguments that compile all sources of a folder, which is given as an argument, in place.
    public let compile: @Sendable (_ folder: String) -> [String]

    /// Describes a runtime.
    public init(
        name: String, interpreter: String, interpreterIdentity: String, files: [File], package: String,
        evidence: String, compile: @escaping @Sendable (String) -> [String]
    ) {
        self.name = name
        self.interpreter = interpreter
        self.interpreterIdentity = interpreterIdentity
        self.files = files
        self.package = package
        self.evidence = evidence
        self.compile = compile
    }
}
