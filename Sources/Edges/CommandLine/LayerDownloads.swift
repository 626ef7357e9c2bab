internal import Digest
internal import Glibc
internal import LinuxSystem
internal import PackageContents
internal import Toolchain

/// Layer versions that are downloaded for a command. Their files have no names, and go with the command.
final class LayerDownloads {
    private let arguments: Arguments
    private let console: Console
    private var server: ServerConnection?
    /// Open files; ``path(of:)`` names them while they are.
    private var files: [HeldFile] = []

    /// Downloads nothing yet.
    init(_ arguments: Arguments, _ console: Console) {
        (self.arguments, self.console) = (arguments, console)
    }

    /// The connection that the command's options describe.
    func connection() throws -> ServerConnection {
        if let server { return server }
        let connection = try ServerConnection(arguments, console.environment)
        server = connection
        return connection
    }

    /// The path of what an operand names: a file or folder as it is, a layer version by its ARN after its download.
    func path(of operand: String) throws -> String {
        guard operand.hasPrefix("arn:") else { return operand }
        guard let name = LayerVersionName(operand) else {
            throw arguments.refusal("'\(operand)' is not the ARN of a layer version: it ends with a number")
        }
        let connection = try connection().moved(to: ServerPlaces.Place(account: nil, region: name.region))
        return try download(try connection.lambda(console.environment).layerVersion(operand), from: connection)
    }

    /// The path of a version's zip, whose digest is checked.
    func download(_ version: LayerVersionDetails, from server: ServerConnection) throws -> String {
        guard let location = version.location else {
            throw CommandFailure("The server does not say where the zip of \(version.summary.arn) is")
        }
        return try download(location, digest: version.codeSHA256, called: version.summary.arn, from: server)
    }

    /// The path of a zip at a URL.
    func download(
        _ location: String, digest: String, called name: String, from server: ServerConnection
    ) throws -> String {
        let folder = console.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let file = HeldFile(
            try FileDescriptor.open(FilePath(folder), [.readWrite, Self.withoutName], mode: 0o600))
        var hasher = SHA256Hasher()
        try server.download(location, called: name) { piece in
            hasher.update(piece)
            try file.descriptor.write(all: piece)
        }
        guard hasher.finalize().base64 == digest else {
            throw CommandFailure("The download of \(name) does not have the digest that the server names")
        }
        files.append(file)
        return "/proc/self/fd/\(file.descriptor.rawValue)"
    }

    /// `O_TMPFILE` (open(2)), which the C library declares in a form that Swift does not see.
    private static let withoutName = FileOpenFlags(rawValue: 0o20_000_000 | O_DIRECTORY)

    private final class HeldFile {
        let descriptor: FileDescriptor

        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }
}
