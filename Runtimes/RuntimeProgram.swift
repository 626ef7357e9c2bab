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

    /// What follows the interpreter's path on the command line.
    public let arguments: [String]

    /// The command line that starts the program: the interpreter, flags, and the program's main file.
    ///
    /// - Parameter interpreter: The path of the interpreter as the environment sees it.
    public func command(interpreter: String) -> [String] {
        [interpreter] + arguments
    }
}
