public import Domain

/// The platform of wheels: a Python version, and an instruction set with the oldest glibc, as `uv` names them.
public struct PythonPlatform: Hashable, Sendable {
    /// `3.12`.
    public let pythonVersion: String
    /// `x86_64-manylinux_2_28`.
    public let name: String

    /// The platform of a Lambda runtime.
    ///
    /// Python 3.12 and later run on Amazon Linux 2023 (glibc 2.34), earlier ones on Amazon Linux 2 (glibc 2.26):
    /// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>. Wheels are tagged with the oldest glibc
    /// they work on (<https://peps.python.org/pep-0600/>), so this asks for the newest common tag below each: 2.28 and
    /// 2.17.
    public init(runtime: RuntimeIdentifier, architecture: Architecture) throws(PackagingError) {
        guard case .python(let minor) = runtime.family else {
            throw .unsupportedRuntime(runtime.description)
        }
        let machine = architecture == .arm ? "aarch64" : "x86_64"
        pythonVersion = "3.\(minor)"
        name = "\(machine)-\(minor >= 12 ? "manylinux_2_28" : "manylinux2014")"
    }
}
