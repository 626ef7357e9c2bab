internal import AWSProtocol
internal import LinuxSystem
internal import Packaging
internal import Toolchain

/// `strata layer pull`: downloads a layer version.
enum LayerPullCommand {
    static let output = Option(
        "output", "FILE", .optional(otherwise: "NAME-VERSION.zip"), help: "Zip file to write.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "pull",
        summary: "Download a layer version, also of AWS or other accounts.",
        details: """
            ARN is that of a version. The zip's digest is compared with the one that the server names, and printed. To
            have the layer on a Strata server:
              strata layer publish NAME-VERSION.zip --name NAME
            """,
        options: [output.description, json.description] + ServerConnection.options,
        operand: "ARN",
        run: { arguments, console in
            guard let name = LayerVersionName(arguments.operands[0]) else {
                throw arguments.refusal("'\(arguments.operands[0])' is not the ARN of a layer version")
            }
            let downloads = LayerDownloads(arguments, console)
            let server = try downloads.connection().moved(
                to: ServerPlaces.Place(account: nil, region: name.region))
            let version = try server.lambda(console.environment).layerVersion(arguments.operands[0])
            let path = try arguments.optionalValue(of: output) ?? "\(name.name)-\(name.number).zip"
            let content = try WholeFile.content(try downloads.download(version, from: server))
            try FileReplacement(of: path).write(content)
            if arguments[json] {
                console.print(
                    json: .structure([
                        "path": .string(path), "layerVersionArn": .string(version.summary.arn),
                        "codeSha256": .string(version.codeSHA256), "zippedBytes": .integer(Int64(content.count)),
                    ]))
            } else {
                console.print("\(path): \(ByteCount.text(content.count)), CodeSha256 \(version.codeSHA256)")
            }
            return 0
        })
}
