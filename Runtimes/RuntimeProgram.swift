/// A runtime embedded in the server: its files, and its command line inside execution environments.
///
/// The server writes the files into a folder once and mounts that folder read-only at ``directory`` in every
/// environment, where AWS keeps its own runtimes.
public struct RuntimeProgram: Sendable {
    /// The folder of the files inside environments.
    public static let directory = "/var/runtime"

    /// One file of a runtime.
    public struct File: Sendable {
        /// The file's name, without any folder.
        public let name: String
        /// The file's content, to be written unchanged and world-readable.
        public let bytes: [UInt8]
    }

    /// All files, which belong in one folder.
    public let files: [File]

    /// The file that starts the program.
    public let mainFile: String

    /// The interpreter's flags, before the main file.
    public let flags: [String]

    /// The command line that starts the program.
    ///
    /// - Parameters:
    ///   - interpreter: The path of the interpreter inside the environment.
    ///   - wrapper: The function's `AWS_LAMBDA_EXEC_WRAPPER`, if any. Wrappers expect the interpreter and the main
    ///     file as first and second argument, so the flags are omitted; the program compensates for them.
    ///     https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
    public func command(interpreter: String, wrapper: String? = nil) -> [String] {
        let main = Self.directory + "/" + mainFile
        guard let wrapper else { return [interpreter] + flags + [main] }
        return [wrapper, interpreter, main]
    }
}
