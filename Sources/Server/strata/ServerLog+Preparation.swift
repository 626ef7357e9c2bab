internal import FunctionExecution
internal import Packaging
internal import ServiceKit

// What is prepared for functions in the background.
extension ServerLog {
    /// Logs what became of a package's bytecode.
    func note(_ report: BytecodeCompiler.Report) {
        switch report {
        case .compiled(let tree, let runtime, let bytes, let seconds):
            info(
                "A package was compiled",
                [
                    "package": .text("\(tree)"), "runtime": .text("\(runtime)"), "bytes": .integer(bytes),
                    "seconds": .number(seconds),
                ])
        case .failed(let tree, let runtime, let error):
            warning(
                "A package could not be compiled; its functions run without bytecode",
                ["package": .text("\(tree)"), "runtime": .text("\(runtime)")], cause: error)
        }
    }

    /// Logs the installation of an SDK.
    func note(_ report: RuntimeFolders.Report) {
        switch report {
        case .began(let runtime, let package):
            info("The SDK of a runtime is being installed", ["runtime": .text(runtime), "package": .text(package)])
        case .installed(let runtime, let package, let version, let seconds):
            info(
                "The SDK of a runtime is installed",
                [
                    "runtime": .text(runtime), "package": .text(package), "version": .text(version),
                    "seconds": .number(seconds),
                ])
        case .failed(let runtime, let package, let error):
            warning(
                "The SDK of a runtime could not be installed; functions that need none, or bring their own, run",
                ["runtime": .text(runtime), "package": .text(package)], cause: error)
        }
    }
}

extension RuntimeFolders.Report {
    /// A line for the person who started the server; `nil` for what the log has anyway.
    var announcement: String? {
        switch self {
        case .began(let runtime, let package):
            "Installing \(package) for \(runtime) functions, as AWS has it. This happens once."
        case .installed(let runtime, let package, let version, let seconds):
            "\(package) \(version) is installed for \(runtime) functions (\(seconds) s)."
        case .failed: nil
        }
    }
}
