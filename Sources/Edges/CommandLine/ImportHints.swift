internal import AWSProtocol
internal import Domain
internal import LayerCheck
internal import PackageContents
internal import Toolchain

/// Adds to a function's import errors what its layers say: where the module is, and where the runtime looks.
///
/// Each module is looked for once. The layers are downloaded; a hint that cannot be had is left out, because the error
/// itself has been printed.
final class ImportHints {
    private let arguments: Arguments
    private let console: Console
    private let server: ServerConnection
    private var told: Set<String> = []

    /// The function's layers, once they were downloaded.
    private var known: (function: String, layers: [(name: String, files: [PackageFile])])?

    /// Hints of one command: what a function prints decides what is looked for.
    private static let mostHints = 5

    init(_ arguments: Arguments, _ console: Console, _ server: ServerConnection) {
        (self.arguments, self.console, self.server) = (arguments, console, server)
    }

    /// Prints a hint to standard error where a text is an import error.
    func explain(_ text: String, of function: String, qualifier: String?) {
        guard let hint = ImportHint(message: text), told.count < Self.mostHints, told.insert(hint.module).inserted
        else {
            return
        }
        // See above.
        guard let found = try? self.text(hint, function, qualifier) else { return }
        console.report(console.style.yellow("hint: \(found)".onOneLine))
    }

    private func text(_ hint: ImportHint, _ function: String, _ qualifier: String?) throws -> String? {
        let client = server.lambda(console.environment)
        guard let settings = try client.configuration(of: function, qualifier: qualifier) else { return nil }
        if let known, known.function == function {
            return hint.text(known.layers, RuntimeIdentifier(settings.text("Runtime")))
        }
        let downloads = LayerDownloads(arguments, console)
        let layers = try settings.values("Layers").map { layer in
            let arn = layer.text("Arn")
            let source = try PackageSource(reading: downloads.path(of: arn))
            return (name: LayerVersionName.shortened(arn), files: source.files)
        }
        known = (function, layers)
        return hint.text(layers, RuntimeIdentifier(settings.text("Runtime")))
    }
}
