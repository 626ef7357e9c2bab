/// A language's runtimes, embedded in the server: their files, their command line inside execution environments, and
/// how the host's interpreters are found.
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

    /// One runtime of the API.
    public struct Runtime: Hashable, Sendable {
        /// Its name in the API: `python3.12`.
        public let name: String
        /// The version of the interpreter: `3.12`.
        public let version: String
    }

    /// AWS's SDK for a language, which AWS's runtimes have beside their own files.
    public struct SDK: Sendable {
        /// The name of its package: `boto3`.
        public let package: String
        /// A file of the package, below the folder that it is installed in.
        public let evidence: String
        /// The interpreter's arguments that compile all sources of a folder in place.
        public let compile: @Sendable (_ folder: String) -> [String]
    }

    /// Every language that functions can be written in, beside those that bring their own bootstrap.
    public static let all = [python]

    /// The language's name: `python`. The folder of the files is called so.
    public let language: String

    /// The runtimes that the program runs, oldest first.
    public let runtimes: [Runtime]

    /// Runtimes that Lambda no longer supports. The program runs them too, with interpreters that a user names; nothing
    /// looks for those.
    public let formerRuntimes: [Runtime]

    /// All files, which belong in one folder.
    public let files: [File]

    /// The file that starts the program.
    public let mainFile: String

    /// The interpreter's flags, before the main file.
    public let flags: [String]

    /// The file that compiles a package's sources, which end in a suffix: run by the interpreter with these flags and
    /// the package's folder, it writes a pack of bytecode to its standard output. `nil` where the language has no such
    /// thing.
    public let bytecodeCompiler: (file: String, flags: [String], suffix: String)?

    /// The SDK; `nil` where functions bring their own.
    public let sdk: SDK?

    /// How the interpreters are found.
    public let interpreters: InterpreterSearch

    /// The program that runs a runtime, and the runtime; `nil` for a runtime that needs none, or cannot be run.
    ///
    /// - Parameter name: the runtime as the API names it.
    public static func running(_ name: String) -> (program: RuntimeProgram, runtime: Runtime)? {
        for program in all {
            if let runtime = program.runtime(named: name) { return (program, runtime) }
        }
        return nil
    }

    /// The runtime of a name; `nil` where the program does not run it.
    public func runtime(named name: String) -> Runtime? {
        runtimes.first { $0.name == name } ?? formerRuntimes.first { $0.name == name }
    }

    /// The runtimes in words: `python3.9 to python3.14`.
    public var names: String {
        [runtimes.first?.name, runtimes.last?.name].compactMap(\.self).joined(separator: " to ")
    }

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
