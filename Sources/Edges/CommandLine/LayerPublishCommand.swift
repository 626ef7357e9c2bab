internal import AWSProtocol
internal import Digest
internal import Domain
internal import LinuxSystem
internal import Packaging
internal import Toolchain

/// `strata layer publish`: publishes a zip as a layer's next version, unless its newest version has it.
enum LayerPublishCommand {
    static let name = Option("name", "NAME", .required, help: "The layer's name.")
    static let runtime = Option(
        "runtime", "NAME", .repeated, help: "A runtime that the layer is for; may be given several times.")
    static let architecture = Option(
        "architecture", "NAME", .repeated, help: "An architecture that the layer is for: x86_64 or arm64.",
        read: BuildOptions.architecture.read)
    static let text = Option("description", "TEXT", .optional(), help: "What people read in lists.")
    static let license = Option(
        "license", "TEXT", .optional(), help: "The licence: an SPDX identifier, a URL or a text.")
    static let bucket = Option(
        "s3-bucket", "NAME", .optional(),
        help: "Bucket to upload the zip to, which a zip of more than 50 MB needs. The object stays there.")
    static let force = Flag("force", help: "Publish a version even if the newest one has the same zip.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "publish",
        summary: "Publish a zip as a layer's next version, unless it is the newest already.",
        details: """
            Prints the version's ARN. Nothing is published where the newest version has the same bytes and is for the
            same runtimes and architectures.
            """,
        options: [
            name.description, runtime.description, architecture.description, text.description, license.description,
            bucket.description, force.description, json.description,
        ] + ServerConnection.options,
        operand: "FILE",
        run: { arguments, console in
            let zip = try WholeFile.content(arguments.operands[0])
            let server = try ServerConnection(arguments, console.environment)
            let client = server.lambda(console.environment)
            let layer = try arguments.value(of: name)
            let digest = SHA256Digest(hashing: zip)
            let runtimes = try arguments.values(of: runtime)
            let architectures = try arguments.values(of: architecture).map(\.rawValue)
            if !arguments[force], let newest = try client.versions(ofLayer: layer).first,
                newest.isFor(runtimes, architectures),
                try client.details(of: newest).codeSHA256 == digest.base64
            {
                return print(newest, zip.count, digest, isNew: false, arguments, console)
            }
            var publication = LayerPublication(
                name: layer,
                content: try server.content(
                    ofZip: zip, named: "layers/\(digest.hex).zip", bucket: arguments.optionalValue(of: bucket),
                    arguments, console))
            publication.description = try arguments.optionalValue(of: text) ?? ""
            publication.license = try arguments.optionalValue(of: license)
            publication.runtimes = runtimes
            publication.architectures = architectures
            let published = try client.publish(publication)
            guard published.codeSHA256 == digest.base64 else {
                throw CommandFailure("The server stored other bytes than were sent, as \(published.summary.arn)")
            }
            return print(published.summary, zip.count, digest, isNew: true, arguments, console)
        })

    private static func print(
        _ version: LayerVersionSummary, _ zipBytes: Int, _ digest: SHA256Digest, isNew: Bool, _ arguments: Arguments,
        _ console: Console
    ) -> Int32 {
        if arguments[json] {
            console.print(
                json: .structure([
                    "layerVersionArn": .string(version.arn), "version": .integer(Int64(version.number)),
                    "codeSha256": .string(digest.base64), "zippedBytes": .integer(Int64(zipBytes)),
                    "published": .boolean(isNew),
                ]))
        } else {
            console.print(version.arn)
            console.report(
                isNew
                    ? "Published \(ByteCount.text(zipBytes)) as version \(version.number) of \(version.name)"
                    : "Version \(version.number) of \(version.name) has these bytes already: nothing was published")
        }
        return 0
    }
}
