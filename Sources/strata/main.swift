internal import CommandLine
internal import Glibc

// A connection that the other end closed is an error to handle, not a reason to die.
signal(SIGPIPE, SIG_IGN)

exit(
    StrataCommand.main(Array(Swift.CommandLine.arguments.dropFirst())) { options in
        print("strata: the server is not part of this build (would serve \(options.dataFolder))")
        return 1
    })
