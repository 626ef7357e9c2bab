internal import AWSProtocol

/// `strata version`: prints the program's version.
enum VersionCommand {
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "version",
        summary: "Print the version.",
        options: [json.description],
        run: { arguments, console in
            let version = StrataVersion.current
            if arguments[json] {
                console.print(json: .structure(["version": .string(version)]))
            } else {
                console.print("strata \(version)")
            }
            return 0
        })
}
