internal import CommandLine
internal import Glibc
internal import Sandbox

/// Runs a server until it is stopped.
private func run(_ configuration: ServerConfiguration) throws {
    // Before the first thread is made.
    if configuration.functionUsers == .subordinate { _ = try SubordinateUsers.enter() }
    let server = try Server(configuration)
    print("Strata \(configuration.version) is ready: \(server.url) (data folder: \(configuration.dataFolder))")
    fflush(nil)
    server.runUntilSignalled { line in
        let bytes = Array((line + "\n").utf8)
        write(STDERR_FILENO, bytes, bytes.count)
    }
}

exit(
    StrataCommand.main(Array(Swift.CommandLine.arguments.dropFirst()), storage: ServerStorage.open) { configuration in
        guard configuration.isEphemeral else {
            try run(configuration)
            return 0
        }
        let folder = try EphemeralFolder(below: configuration.dataFolder)
        var configuration = configuration
        configuration.dataFolder = folder.path
        // Also where the server could not start.
        let result = Result { try run(configuration) }
        folder.remove()
        try result.get()
        return 0
    })
