internal import CommandLine
internal import Glibc

exit(
    StrataCommand.main(Array(Swift.CommandLine.arguments.dropFirst())) { configuration in
        let server = try Server(configuration)
        print("Strata \(configuration.version) is ready: \(server.url) (data folder: \(configuration.dataFolder))")
        fflush(nil)
        server.runUntilSignalled { line in
            let bytes = Array((line + "\n").utf8)
            write(STDERR_FILENO, bytes, bytes.count)
        }
        return 0
    })
