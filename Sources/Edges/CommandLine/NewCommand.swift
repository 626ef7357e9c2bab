internal import Domain
internal import FunctionExecution
internal import Glibc
internal import LinuxSystem
internal import Toolchain

/// `strata new`: makes a folder with a function that works.
enum NewCommand {
    static let runtime = Option(
        "runtime", "NAME", .optional(otherwise: "the newest Python of this host"),
        help: "Runtime of the function: \(FunctionTemplate.examples.joined(separator: ", ")), or another of these."
    ) { (text) throws(ValueError) -> RuntimeIdentifier in
        guard let runtime = RuntimeIdentifier(text), FunctionTemplate(runtime: runtime, functionName: "") != nil else {
            throw ValueError(expectation: "a runtime such as \(FunctionTemplate.examples.joined(separator: " or "))")
        }
        return runtime
    }

    static let command = Command(
        name: "new",
        summary: "Make a folder with a function that works, and its test.",
        details: """
            The folder's name is the function's. Then:
              strata deploy DIR
              strata invoke NAME --payload '{"name": "Ada"}'
            """,
        options: [runtime.description],
        operand: "DIR",
        run: { arguments, console in
            let path = String(arguments.operands[0].reversed().drop { $0 == "/" }.reversed())
            let name = String(path.split(separator: "/").last ?? "")
            guard FunctionName(name) != nil else {
                throw arguments.refusal("the folder's name becomes the function's, and '\(name)' cannot be one")
            }
            let runtime = try arguments.optionalValue(of: runtime) ?? newestPython(console.environment)
            guard let template = FunctionTemplate(runtime: runtime, functionName: name) else {
                throw arguments.refusal("there is no template for \(runtime)")
            }
            do throws(SystemCallError) {
                try template.write(to: path)
            } catch {
                guard error.number == EEXIST else { throw error }
                throw CommandFailure("\(path) is there already, and is left as it is")
            }
            console.print("Made \(path) with a function '\(name)' for \(runtime).")
            console.report(
                """
                Test it:    cd \(path) && \(template.testCommand)
                Deploy it:  strata deploy \(path)
                Invoke it:  strata invoke \(name) --payload '{"name": "Ada"}'
                """)
            return 0
        })

    /// The newest Python that a server would find here, so that the function runs here.
    private static func newestPython(_ environment: [String: String]) -> RuntimeIdentifier {
        var newest: (minor: Int, runtime: RuntimeIdentifier)?
        for located in RuntimeLocator(environment: environment).locate() {
            guard case .python(let minor) = located.runtime.family, minor > newest?.minor ?? 0 else { continue }
            newest = (minor, located.runtime)
        }
        return newest?.runtime ?? .usual
    }
}

extension RuntimeIdentifier {
    /// What a function is for where nothing says otherwise.
    fileprivate static var usual: RuntimeIdentifier {
        guard let runtime = RuntimeIdentifier("python3.12") else { preconditionFailure("python3.12 is a runtime") }
        return runtime
    }
}
