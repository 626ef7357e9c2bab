/// A program of our own that runs inside execution environments, embedded in the server: its files and how to start it.
///
/// The server writes the files into a folder once and mounts that folder, read-only, at ``directory`` in every
/// environment, where AWS keeps its own runtimes.
public struct RuntimeProgram: Sendable {
    /// Where environments find the files.
    public static let directory = "/var/runtime"

    /// One file of a program.
    public struct File: Sendable {
        /// The file's name, without any folder.
        public let name: String
        /// The file's content, to be written as it is, readable by everyone.
        public let bytes: [UInt8]
    }

    /// All files, to lie beside each other in one folder.
    public let files: [File]

    /// The file that starts the program.
    public let mainFile: String

    /// What stands between the interpreter and the main file.
    public let flags: [String]

    /// The command line that starts the program.
    ///
    /// - Parameters:
    ///   - interpreter: The path of the interpreter as the environment sees it.
    ///   - wrapper: The function's `AWS_LAMBDA_EXEC_WRAPPER`, if any. Wrappers expect the interpreter and the main
    ///     file as their first and second argument, so the flags are left out; the program makes up for them.
    ///     https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
    public func command(interpreter: String, wrapper: String? = nil) -> [String] {
        let main = Self.directory + "/" + mainFile
        guard let wrapper else { return [interpreter] + flags + [main] }
        return [wrapper, interpreter, main]
    }
}
