public import Archive
public import LinuxSystem

/// Why a layer or a deployment package could not be made. The description says what to do.
public enum PackagingError: Error, Sendable, CustomStringConvertible {
    /// Layers are built for Python only, in this version.
    case unsupportedRuntime(String)
    /// There is no `uv` at these paths.
    case installerMissing(lookedIn: [String])
    /// A package has no wheel for the platform. Building it from source would target this host instead.
    case wheelMissing(package: String, platform: PythonPlatform)
    /// The input of a layer is not there.
    case inputMissing(String)
    /// A file or folder that no kind of input is recognised by.
    case unknownInput(String)
    /// A folder with several inputs.
    case ambiguousInput(String, [String])
    /// A program is needed and not found; the second text says what to do.
    case toolMissing(String, String)
    /// A program failed; the text is its own.
    case toolFailed(String, reason: String)
    /// There is no interpreter of exactly this version.
    case interpreterMissing(runtime: String, version: String)
    /// Sources could not be compiled.
    case bytecodeFailed(interpreter: String, reason: String)
    /// The layer cannot be made for its target; the text says what to do.
    case unsuitableTarget(String)
    /// `uv` failed for another reason; the text is its own.
    case installerFailed(String)
    /// AWS's SDK could not be installed for a runtime: what was wanted, and the reason.
    case sdkNotInstalled(String, String)
    /// A file that cannot or must not be in a zip.
    case unsuitableFile(path: String, reason: String)
    /// There is no file to put into the zip, and Lambda refuses an empty one.
    case nothingToPackage
    /// The user interrupted the work. Nothing is left behind.
    case interrupted
    /// The zip could not be written.
    case archive(ArchiveError)
    /// Reading or writing files failed.
    case system(SystemCallError)

    /// Whether the input is not there, or no input.
    public var isAboutInput: Bool {
        switch self {
        case .inputMissing, .unknownInput, .ambiguousInput: true
        default: false
        }
    }

    /// A sentence without a full stop.
    public var description: String {
        switch self {
        case .unsupportedRuntime(let name):
            "cannot build for \(name): dependencies are installed for python3.N runtimes only, so far"
        case .installerMissing(let paths):
            "uv is needed and not found (looked in \(paths.joined(separator: ", "))); get it with "
                + "'pip install uv' or from https://docs.astral.sh/uv, or give --uv PATH"
        case .wheelMissing(let package, let platform):
            "\(package) has no wheel for Python \(platform.pythonVersion) on \(platform.name); choose another version "
                + "of it, or another --runtime or --architecture; --build-from-source \(Self.name(of: package)) "
                + "compiles it on this host, for this host's architecture"
        case .inputMissing(let path): "\(path): there is no such file or folder"
        case .unknownInput(let path):
            "\(path): not recognised as an input; name a requirements.txt, pyproject.toml, uv.lock, pylock.toml, "
                + "package.json, Gemfile or a folder with one of them or with jars, or pack a folder as it is with "
                + "--from-dir"
        case .ambiguousInput(let folder, let paths):
            "\(folder) has several inputs; name one of \(paths.joined(separator: ", "))"
        case .toolMissing(let program, let remedy): "\(program) is needed and not found: \(remedy)"
        case .toolFailed(let program, let reason): "\(program) failed: \(reason)"
        case .interpreterMissing(let runtime, let version):
            "no interpreter of \(runtime) on this host; install one, for example with 'uv python install \(version)'"
        case .bytecodeFailed(let interpreter, let reason): "\(interpreter) could not make bytecode: \(reason)"
        case .unsuitableTarget(let reason): reason
        case .installerFailed(let reason): "uv could not install the requirements: \(reason)"
        case .sdkNotInstalled(let requirement, let reason): "\(requirement) could not be installed: \(reason)"
        case .unsuitableFile(let path, let reason): "\(path): \(reason)"
        case .nothingToPackage:
            "there is nothing to package: no file was found or installed, and Lambda takes no empty zip"
        case .interrupted: "interrupted; nothing was written"
        case .archive(let error): "cannot write the zip: \(error)"
        case .system(let error): error.description
        }
    }
}

extension PackagingError {
    /// The name in a requirement: `psycopg2` of `psycopg2==2.9.10`.
    private static func name(of requirement: String) -> Substring {
        requirement.prefix { !"=<>!~[;@ ".contains($0) }
    }

    /// Runs system calls, and wraps their errors as `.system`.
    static func wrapping<Result>(
        _ body: () throws(SystemCallError) -> Result
    ) throws(PackagingError) -> Result {
        do throws(SystemCallError) {
            return try body()
        } catch {
            throw .system(error)
        }
    }
}
