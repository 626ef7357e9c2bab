internal import LinuxSystem

/// Installs the wheels that a requirements file names into a folder, for a platform that may differ from this host's.
struct UVInstallation {
    /// The path of `uv`.
    let executable: String
    /// A pip requirements file.
    let requirements: String
    let platform: PythonPlatform
    /// Packages that are built on this host; `nil` for none.
    var sourceBuilds: SourceBuilds?

    /// Packages without a wheel for the platform, and what builds them.
    struct SourceBuilds {
        let packages: [String]
        /// An interpreter of the platform's Python version.
        let interpreter: String
    }

    /// Runs `uv`, and passes each line of its output to `progress` at once.
    func run(
        into folder: String, environment: [String: String], hold: borrowing BlockedSignals,
        progress: (String) -> Void
    ) throws(PackagingError) {
        try Self.run(
            executable, arguments(folder), environment: environment, hold: hold, platform: platform,
            progress: progress)
    }

    /// Runs `uv` with any arguments.
    ///
    /// - Parameter platform: what wheels are wanted for, for the message where there is none.
    static func run(
        _ executable: String, _ arguments: [String], environment: [String: String], hold: borrowing BlockedSignals,
        platform: PythonPlatform? = nil, progress: (String) -> Void
    ) throws(PackagingError) {
        var lines: [String] = []
        // With a width it breaks its messages into lines.
        let environment = environment.filter { $0.key != "COLUMNS" }
        let outcome = try PackagingError.wrapping { () throws(SystemCallError) in
            try ForegroundProcess.run(executable, arguments, environment: environment, blockedSignals: hold) {
                line in
                lines.append(line)
                // The folders of the cache and of the build are on two file systems: no news for users.
                if !line.contains(" hardlink") && !line.contains("--link-mode=copy") { progress(line) }
            }
        }
        if hold.isPending { throw .interrupted }
        guard outcome == .exited(0) else { throw failure(lines, outcome, platform) }
    }

    /// The arguments of `uv`.
    func arguments(_ folder: String) -> [String] {
        let builds = (sourceBuilds?.packages ?? []).flatMap { ["--no-binary", $0] }
        return [
            "pip", "install", "--target", folder, "--requirements", requirements,
            "--python-version", platform.pythonVersion, "--python-platform", platform.name,
            // Wheels only: a source distribution would be compiled for this host.
            "--only-binary", ":all:",
            // Bytecode contains times, and depends on the minor version of Python.
            "--no-compile-bytecode",
            // Files of the cache, which nothing here writes to.
            "--link-mode", "hardlink", "--no-progress", "--color", "never", "--no-python-downloads",
        ] + builds + (sourceBuilds.map { ["--python", $0.interpreter] } ?? [])
    }

    /// Makes an error of `uv`'s output: "Because NAME==1.0 has no usable wheels and you require …".
    static func failure(
        _ lines: [String], _ outcome: ForegroundProcess.Outcome, _ platform: PythonPlatform?
    ) -> PackagingError {
        let words = lines.flatMap { $0.split(separator: " ").map(String.init) }
        for index in words.indices.dropLast(3) where words[index...].dropFirst(2).starts(with: ["has", "no"]) {
            guard words[index].lowercased() == "because" || words[index] == "and" else { continue }
            if let platform, words[index...].dropFirst(4).prefix(2).contains(where: { $0.hasPrefix("wheels") }) {
                return .wheelMissing(package: words[index + 1], platform: platform)
            }
        }
        let summary = lines.last { $0.hasPrefix("error: ") }?.replacingPrefix("error: ")
        let cause = lines.last { $0.hasPrefix("  cause: ") }?.replacingPrefix("  cause: ")
        let reason = [summary, cause].compactMap(\.self).joined(separator: ": ")
        return .installerFailed(reason.isEmpty ? lines.last ?? "it ended with \(outcome)" : reason)
    }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
